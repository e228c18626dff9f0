import { type Command } from 'commander';
import { connect, type ConnectionOptions, withConnection } from '../connection.js';
import { UsageError } from '../failures.js';
import { type JsonOption, print, withJson } from '../output.js';
import { serviceArgument } from '../service-option.js';
import { followUpkeep, type Upkeep, upkeepTable } from '../upkeep.js';

type Options = ConnectionOptions & JsonOption & Readonly<{ yes?: boolean; wait: boolean }>;

/** A service sees by itself that its database was restored; this is for when it could not, and to have all states said anew. */
export function addRestored(program: Command): void {
  withJson(withConnection(program.command('restored')))
    .description("say that a service's database came from a backup: it takes a new epoch and says every state anew")
    .addArgument(serviceArgument())
    .option('--yes', 'do it; until it is done the service takes no changes')
    .option('--no-wait', 'do not stay until it is done')
    .action(async (service: string, options: Options) => {
      if (!options.yes) throw new UsageError('Every state of the service would be said anew. Say --yes to do it.');
      const client = connect(options);
      await client.post<Upkeep>(`/${service}/v1/admin/restored`, { confirm: true });
      const end = await followUpkeep(client, service, options.wait);
      print(upkeepTable(service, end), end, options);
    });
}
