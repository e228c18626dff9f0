import { readEnvironment } from '@tessera/platform-config';
import { z } from 'zod';

const environment = z.object({
  TESSERA_URL: z.url('expected a URL such as http://127.0.0.1:3000').optional(),
  TESSERA_TOKEN: z.string().min(1).optional(),
});

export type CliEnvironment = z.infer<typeof environment>;

/** Throws ConfigInvalid, naming the variable. */
export const readCliEnvironment = (): CliEnvironment => readEnvironment(environment);
