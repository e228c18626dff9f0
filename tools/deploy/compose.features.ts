import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CORE_SCHEMA, load, mergeTag } from 'js-yaml';

export const ROOT = join(import.meta.dirname, '../..');
export const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

export type Values = Readonly<Record<string, string>>;

export type ComposeService = Readonly<{
  image?: string;
  build?: Readonly<{ dockerfile: string; args: Values }>;
  environment?: Values;
  ports?: readonly string[];
  volumes?: readonly string[];
  depends_on?: Readonly<Record<string, Readonly<{ condition: string }>>>;
  healthcheck?: object;
  read_only?: boolean;
  cap_drop?: readonly string[];
  security_opt?: readonly string[];
  restart?: string;
}>;

export type Compose = Readonly<{ services: Readonly<Record<string, ComposeService>> }>;

export const SERVICES = ['collector', 'membership', 'ledger', 'segmentation', 'recommendation', 'campaign'] as const;
export const WITH_DATABASE = SERVICES.filter((name) => name !== 'collector');

export const composeText = read('docker-compose.yml');

/** As written, with variables in place. */
export const compose = load(composeText, { schema: CORE_SCHEMA.withTags(mergeTag) }) as Compose;

/** As `docker compose` would run it with these variables; throws where a required one is missing, as it would. */
export function composeWith(values: Values): Compose {
  return JSON.parse(JSON.stringify(compose), (_, found: unknown) =>
    typeof found === 'string' ? interpolated(found, values) : found,
  ) as Compose;
}

const interpolated = (text: string, values: Values): string =>
  text.replaceAll(/\$\{(\w+):([?-])([^}]*)\}/g, (_, name: string, kind: string, rest: string) => {
    const value = values[name];
    if (value) return value;
    if (kind === '-') return rest;
    throw new Error(`required variable ${name} is missing a value: ${rest}`);
  });

/** What `make-env.mjs` writes into an empty folder. */
export function freshEnvironment(): Readonly<{ values: Values; token: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'tessera-env-'));
  try {
    execFileSync(process.execPath, [join(ROOT, 'deploy/docker/make-env.mjs'), folder]);
    return {
      values: valuesOf(readFileSync(join(folder, '.env'), 'utf8')),
      token: readFileSync(join(folder, '.tessera/token'), 'utf8'),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export const valuesOf = (text: string): Values =>
  Object.fromEntries([...text.matchAll(/^([A-Z_]+)=(.*)$/gm)].map(([, name, value = '']) => [name, unquoted(value)]));

const unquoted = (value: string): string => value.replace(/^'(.*)'$/, '$1');
