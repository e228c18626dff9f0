import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT, type Values } from './compose.features.js';

export const SOURCES = ['--no-warnings', '--conditions=@tessera/source', '--import'];
export const LOADER = pathToFileURL(join(ROOT, 'tools/test/typescript/register.mjs')).href;

export type Ended = Readonly<{ code: number | null; said: string }>;

export function run(command: string, parameters: readonly string[], environment: Values): Promise<Ended> {
  return new Promise((resolve) => {
    const env = { PATH: process.env['PATH'], ...environment };
    const child = execFile(command, parameters, { env, timeout: 60_000 }, (_, out, err) =>
      resolve({ code: child.exitCode, said: out + err }),
    );
  });
}

/** Starts each shell in turn, in one process: loading them takes longer than what is looked at. */
const STARTER = `
const shells = JSON.parse(process.env.SHELLS);
for (const { main, environment } of shells) {
  process.env = environment;
  await import(main);
}`;

/**
 * What services say of their settings. A service names every one that it cannot use before it does anything; so with one that is wrong
 * on purpose (`PORT`) it shows the others. Gives each service's name, followed by the variables that it named.
 */
export async function settingsRefused(
  environments: Readonly<Record<string, Values>>,
): Promise<Readonly<{ wrong: readonly string[]; said: string }>> {
  const shells = Object.entries(environments).map(([name, environment]) => ({
    main: pathToFileURL(join(ROOT, `apps/${name}/src/main.ts`)).href,
    environment: { ...environment, PORT: 'none' },
  }));
  const { said } = await run(process.execPath, [...SOURCES, LOADER, '--input-type=module', '--eval', STARTER], {
    SHELLS: JSON.stringify(shells),
  });
  const wrong = [...said.matchAll(/^(?:([a-z]+) did not start: | {2}([A-Z_]+): )/gm)].map(
    ([, name, what = '']) => name ?? what,
  );
  return { wrong, said };
}
