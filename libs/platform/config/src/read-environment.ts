import type { z } from 'zod';
import { ConfigInvalid, type ConfigProblem } from './config-invalid.js';
import { describeFound } from './describe-found.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The configuration of a process, parsed by its schema; the only place that reads `process.env`. An empty variable counts
 * as unset, so that `PORT=` in a compose file means the default. Throws `ConfigInvalid`.
 */
export function readEnvironment<Schema extends z.ZodObject>(
  schema: Schema,
  environment: Environment = process.env,
): z.infer<Schema> {
  const given = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  throw new ConfigInvalid(result.error.issues.map((issue) => problemOf(issue, schema, given)));
}

function problemOf(issue: z.core.$ZodIssue, schema: z.ZodObject, given: Environment): ConfigProblem {
  const [variable, ...inside] = issue.path.map(String);
  if (variable === undefined) return { variable: 'environment', expected: issue.message, found: 'see above' };
  const place = inside.length > 0 ? `at ${inside.join('.')}: ` : '';
  const description = descriptionOf(schema.shape[variable]);
  return {
    variable,
    expected: `${place}${issue.message}${description ? `; ${description}` : ''}`,
    found: describeFound(variable, given[variable]),
  };
}

const descriptionOf = (field: unknown): string | undefined =>
  typeof field === 'object' && field !== null && 'description' in field && typeof field.description === 'string'
    ? field.description
    : undefined;
