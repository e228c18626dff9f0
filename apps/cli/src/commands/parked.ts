import { SERVICES } from '@tessera/demo';
import type { Command } from 'commander';
import { wholeNumber } from '../arguments.js';
import { connect, type ConnectionOptions, withConnection } from '../connection.js';
import { type JsonOption, print, table, withJson } from '../output.js';
import { readPages } from '../paging.js';
import { serviceOption, type ServiceOption } from '../service-option.js';

type Parked = Readonly<{ kind: string; id: string; memberId: string; waitsFor: string; since: string }>;

export function addParked(program: Command): void {
  withJson(withConnection(program.command('parked')))
    .description('facts that wait: a refund for its purchase, a purchase for its member, program or rate')
    .addOption(serviceOption())
    .option('--limit <n>', 'how many of each service at most', wholeNumber(1, 100_000), 100)
    .action(async (options: ConnectionOptions & JsonOption & ServiceOption & { limit: number }) => {
      const client = connect(options);
      const services = options.service ? [options.service] : SERVICES;
      const found: (Parked & { service: string })[] = [];
      let cut = false;
      for (const service of services) {
        const { items, more } = await readPages<Parked>(client, `/${service}/v1/admin/parked`, options.limit);
        found.push(...items.map((fact) => ({ service, ...fact })));
        cut ||= more;
      }
      const body = found.map(({ service, kind, id, memberId, waitsFor, since }) => [
        service,
        kind,
        id,
        memberId,
        waitsFor,
        since,
      ]);
      const text = table(['service', 'kind', 'number', 'member', 'waits for', 'since'], body);
      print(cut ? `${text}\nThere are more; raise --limit.` : text, found, options);
    });
}
