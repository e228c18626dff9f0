import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TesseraClient } from '@tessera/demo';
import { type Command, Option } from 'commander';
import { readCliEnvironment } from './environment.js';
import { UsageError } from './failures.js';

export type ConnectionOptions = Readonly<{ url?: string; tokenFile?: string }>;

const DEFAULT_URL = 'http://127.0.0.1:3000';
/** Where a standalone that was started in this folder keeps its operator's token. */
const TOKEN_FILES = [join('.tessera', 'data', 'token'), join('.tessera', 'token')];

/** Gives a command the options by which it finds a running system. */
export function withConnection(command: Command): Command {
  return command
    .addOption(new Option('--url <url>', `where Tessera answers (or TESSERA_URL; ${DEFAULT_URL} otherwise)`))
    .addOption(
      new Option('--token-file <file>', `file with the token (or TESSERA_TOKEN; ${TOKEN_FILES.join(', ')} otherwise)`),
    );
}

export function urlOf({ url }: ConnectionOptions): string {
  const given = url ?? readCliEnvironment().TESSERA_URL ?? DEFAULT_URL;
  if (!/^https?:\/\//.test(given) || !URL.canParse(given)) {
    throw new UsageError(`${given} is no URL; it must look like ${DEFAULT_URL}.`);
  }
  return given;
}

/** By --token-file, else TESSERA_TOKEN, else the file of a standalone in this folder. Throws UsageError. */
export function tokenOf({ tokenFile }: ConnectionOptions): string {
  if (tokenFile !== undefined) {
    const token = readToken(tokenFile);
    if (token === undefined) throw new UsageError(`There is no token in ${tokenFile}.`);
    return token;
  }
  const token = readCliEnvironment().TESSERA_TOKEN ?? TOKEN_FILES.map(readToken).find((found) => found !== undefined);
  if (token !== undefined) return token;
  throw new UsageError(
    `A token is needed: give --token-file FILE or set TESSERA_TOKEN (${TOKEN_FILES[0]} is not here).`,
  );
}

export function connect(options: ConnectionOptions): TesseraClient {
  return new TesseraClient({ url: urlOf(options), token: tokenOf(options) });
}

function readToken(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim() || undefined;
  } catch {
    return undefined;
  }
}
