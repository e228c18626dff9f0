import { type Command } from 'commander';
import { connect, type ConnectionOptions, withConnection } from '../connection.js';
import { type JsonOption, print, table, withJson } from '../output.js';
import { serviceArgument } from '../service-option.js';
import { followUpkeep, type Upkeep, upkeepTable } from '../upkeep.js';

type Kept = 'forever' | 'compacted' | Readonly<{ days: number }>;
type Plan = Readonly<{
  topics: readonly Readonly<{ topic: string; kept: Kept; records: number }>[];
  empties: readonly string[];
  keeps: readonly string[];
  members: number;
}>;
type Options = ConnectionOptions & JsonOption & Readonly<{ yes?: boolean; wait: boolean }>;

/** Makes a service's data anew from the log; what is of record is refused by the service itself. */
export function addRebuild(program: Command): void {
  withJson(withConnection(program.command('rebuild')))
    .description('make what a service has from the log anew; without --yes it only says what that would do')
    .addArgument(serviceArgument())
    .option('--yes', 'do it; until it is done the service answers no reads')
    .option('--no-wait', 'do not stay until it is done')
    .action(async (service: string, options: Options) => {
      const client = connect(options);
      if (!options.yes) {
        const plan = await client.get<Plan>(`/${service}/v1/admin/rebuild`);
        print(planTable(plan), plan, options);
        return;
      }
      await client.post<Upkeep>(`/${service}/v1/admin/rebuild`, { confirm: true });
      const end = await followUpkeep(client, service, options.wait);
      print(upkeepTable(service, end), end, options);
    });
}

function planTable({ topics, empties, keeps, members }: Plan): string {
  const lines = topics.map(({ topic, kept, records }) => [topic, keptFor(kept), records]);
  return [
    table(['to be read again', 'kept on the log', 'records'], lines),
    `Tables emptied first: ${empties.join(', ')}.`,
    ...(keeps.length > 0 ? [`Tables kept: ${keeps.join(', ')}.`] : []),
    `Members whose state is said anew: ${members}. Nobody acts on it. Say --yes to do it.`,
  ].join('\n');
}

const keptFor = (kept: Kept): string =>
  kept === 'forever' ? 'for ever' : kept === 'compacted' ? 'the last of each key' : `${kept.days} days`;
