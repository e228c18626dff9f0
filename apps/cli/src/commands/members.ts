import type { Command } from 'commander';
import { connect, type ConnectionOptions, withConnection } from '../connection.js';
import { CliFailure } from '../failures.js';
import { readMembersFile } from '../members-file.js';
import { type JsonOption, print, withJson } from '../output.js';

type Imported = Readonly<{ results: readonly Readonly<{ memberId: string; status: string; reason?: string }>[] }>;
type Options = ConnectionOptions & JsonOption & { dryRun?: true };

const A_REQUEST = 1_000;

export function addMembers(program: Command): void {
  const members = program.command('members').description('members of the program');
  withJson(withConnection(members.command('import')))
    .description('register the members of a csv file (column memberId); those known already stay as they are')
    .argument('<file.csv>')
    .option('--dry-run', 'check the file and register nobody')
    .action(async (file: string, options: Options) => {
      const { memberIds, repeated } = await readMembersFile(file);
      const again = repeated > 0 ? ` (${repeated} repeated)` : '';
      if (options.dryRun) {
        const text = `${file} can be imported: ${memberIds.length} members${again}. Nobody was registered.`;
        print(text, { members: memberIds.length, repeated, dryRun: true }, options);
        return;
      }
      await importMembers(memberIds, repeated, options);
    });
}

async function importMembers(memberIds: readonly string[], repeated: number, options: Options): Promise<void> {
  const client = connect(options);
  const counts: Record<string, number> = { created: 0, known: 0, refused: 0 };
  for (let from = 0; from < memberIds.length; from += A_REQUEST) {
    const members = memberIds.slice(from, from + A_REQUEST).map((memberId) => ({ memberId }));
    const { results } = await client.post<Imported>('/membership/v1/members/import', { members });
    for (const { status } of results) counts[status] = (counts[status] ?? 0) + 1;
  }
  const { created, known, refused } = counts;
  print(`${created} registered, ${known} known already, ${refused} refused.`, { ...counts, repeated }, options);
  if (refused) throw new CliFailure(`${refused} members were refused.`);
}
