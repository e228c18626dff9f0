import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { postgresUrl, readEnvironment } from '@tessera/platform-config';
import { z } from 'zod';

const hostAndPort = /^[^\s,:]+:\d+(,[^\s,:]+:\d+)*$/;

/** The stack's parts by the variables that name them; what the environment already names is not started. */
export const stackVariables = z.object({
  KAFKA_BROKERS: z.string().regex(hostAndPort, 'expected host:port, or several with commas between').optional(),
  POSTGRES_URL: postgresUrl.optional().describe('a role that may create databases and roles'),
  REDIS_URL: z.string().startsWith('redis', 'expected redis:// or rediss://').optional(),
  SMTP_URL: z.string().startsWith('smtp', 'expected smtp:// or smtps://').optional(),
});

export type StackVariables = z.infer<typeof stackVariables>;
export type StackAddresses = { readonly [Name in keyof StackVariables]-?: string };

const file = (folder: string): string => join(folder, 'env.json');

/** Throws ConfigInvalid, naming the variable. */
export const givenAddresses = (): StackVariables => readEnvironment(stackVariables);

/** Written when all is healthy; holds the database's password, so it is for its owner alone. */
export function writeAddresses(folder: string, addresses: StackAddresses): void {
  writeFileSync(file(folder), `${JSON.stringify(addresses, null, 2)}\n`, { mode: 0o600 });
}

export function readAddresses(folder: string): StackAddresses | undefined {
  if (!existsSync(file(folder))) return undefined;
  return JSON.parse(readFileSync(file(folder), 'utf8')) as StackAddresses;
}

export const removeAddresses = (folder: string): void => rmSync(file(folder), { force: true });
