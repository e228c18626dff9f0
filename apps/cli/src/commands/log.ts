import { SERVICES } from '@tessera/demo';
import type { Command } from 'commander';
import { connect, type ConnectionOptions, withConnection } from '../connection.js';
import { UsageError } from '../failures.js';
import { type JsonOption, print, table, withJson } from '../output.js';
import { serviceOption, type ServiceOption } from '../service-option.js';

type Adopted = Readonly<{ clusterId: string; partitions: number }>;
type Options = ConnectionOptions & JsonOption & ServiceOption & Readonly<{ yes?: boolean }>;

/** For the day on which a service stands before another log than the one that fed it, and refuses to consume. */
export function addLog(program: Command): void {
  const log = program.command('log').description('the log that services consume');
  withJson(withConnection(log.command('adopt')))
    .description('take the log that services reach now for the right one, and read it from its beginning')
    .addOption(serviceOption())
    .option('--yes', 'do it; positions on the log before are forgotten')
    .action(async (options: Options) => {
      if (!options.yes) throw new UsageError('Positions on the log before would be forgotten. Say --yes to do it.');
      const client = connect(options);
      const adopted: (Adopted & { service: string })[] = [];
      for (const service of options.service ? [options.service] : SERVICES) {
        adopted.push({ service, ...(await client.post<Adopted>(`/${service}/v1/admin/log/adopt`)) });
      }
      const body = adopted.map(({ service, clusterId, partitions }) => [service, clusterId, partitions]);
      print(table(['service', 'log', 'partitions that start over'], body), adopted, options);
    });
}
