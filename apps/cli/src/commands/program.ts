import { readFileSync } from 'node:fs';
import { programPublished } from '@tessera/contracts';
import type { Command } from 'commander';
import { RequestRefused, type TesseraClient } from '@tessera/demo';
import { connect, type ConnectionOptions, withConnection } from '../connection.js';
import { CliFailure, UsageError } from '../failures.js';
import { type JsonOption, print, withJson } from '../output.js';

type Program = Readonly<Record<string, unknown> & { version: number }>;
type Options = ConnectionOptions & JsonOption & { dryRun?: true };

const CURRENT = '/membership/v1/programs/current';

export function addProgram(root: Command): void {
  const program = root.command('program').description('the rules of the program: currency, rate, tiers, expiry');
  withJson(withConnection(program.command('show')))
    .description('the version that is in force now')
    .action(async (options: ConnectionOptions & JsonOption) => {
      const current = await currentProgram(connect(options));
      if (!current) throw new CliFailure('No program has been published yet.');
      print(JSON.stringify(current, null, 2), current, options);
    });
  withJson(withConnection(program.command('publish')))
    .description('publish the rules in a JSON file as the next version; purchases go by the version of their day')
    .argument('<file>', 'as `program show --json FILE` writes it; its version number is given by the system')
    .option('--dry-run', 'check the file and show what would change; publish nothing')
    .action(async (file: string, options: Options) => {
      const client = connect(options);
      const given = readProgram(file);
      const current = await currentProgram(client);
      const { version, ...rules } = checked(file, { ...given, version: (current?.version ?? 0) + 1 });
      // Through the same contract, so that the order of fields makes no difference.
      const before: Record<string, unknown> = current ? checked('the program in force', current) : {};
      const changed = Object.keys(rules).filter(
        (name) => JSON.stringify(before[name]) !== JSON.stringify((rules as Record<string, unknown>)[name]),
      );
      if (options.dryRun) {
        const text = `${file} can be published as version ${version} or later. Other than in force: ${changed.join(', ') || 'nothing'}.`;
        print(`${text} Nothing was published.`, { version, changed, dryRun: true }, options);
        return;
      }
      const published = await client.post<Program>('/membership/v1/programs', rules);
      print(
        `Published as version ${published.version}. Changed: ${changed.join(', ') || 'nothing'}.`,
        published,
        options,
      );
    });
}

async function currentProgram(client: TesseraClient): Promise<Program | undefined> {
  try {
    return await client.get<Program>(CURRENT);
  } catch (error) {
    if (error instanceof RequestRefused && error.status === 404) return undefined;
    throw error;
  }
}

function readProgram(file: string): object {
  try {
    const program: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (typeof program === 'object' && program !== null && !Array.isArray(program)) return program;
  } catch (error) {
    throw new UsageError(`${file}: ${(error as Error).message}`);
  }
  throw new UsageError(`${file} must hold one JSON object.`);
}

/** The system checks it again; here it is checked so that a dry run means something and every problem is named at once. */
function checked(file: string, program: object) {
  const parsed = programPublished.parse(program);
  if (!parsed.ok) throw new UsageError(`${file} is no program:\n  ${parsed.issues.join('\n  ')}`);
  return parsed.data;
}
