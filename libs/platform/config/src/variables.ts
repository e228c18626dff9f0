import { z } from 'zod';

function integer(what: string, min: number, max: number) {
  const expected = `expected ${what} from ${min} to ${max}`;
  return z
    .string(expected)
    .regex(/^\d{1,15}$/, expected)
    .transform(Number)
    .pipe(z.int().min(min, expected).max(max, expected));
}

/** A TCP port; 0 lets the system choose. */
export const port = integer('a port', 0, 65_535);

export const bytes = integer('a number of bytes', 1, 1_073_741_824);

export const milliseconds = integer('milliseconds', 1, 86_400_000);

export const count = integer('a number', 1, 1_000_000_000);

export const flag = z
  .enum(['true', 'false', '1', '0'], 'expected true or false')
  .transform((value) => value === 'true' || value === '1');

export const postgresUrl = z
  .string('expected a PostgreSQL URL such as postgres://user:password@host:5432/database')
  .refine((value) => /^postgres(ql)?:$/.test(protocolOf(value)), {
    error: 'expected a PostgreSQL URL such as postgres://user:password@host:5432/database',
  });

export const logLevel = z.enum(
  ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'],
  'expected trace, debug, info, warn, error, fatal or silent',
);

/** A variable that holds JSON of the given shape. */
export const json = <Schema extends z.ZodType>(schema: Schema) =>
  z
    .string('expected JSON')
    .transform((text, context): unknown => {
      try {
        return JSON.parse(text);
      } catch {
        context.addIssue({ code: 'custom', message: 'expected JSON' });
        return z.NEVER;
      }
    })
    .pipe(schema);

function protocolOf(value: string): string {
  try {
    return new URL(value).protocol;
  } catch {
    return '';
  }
}
