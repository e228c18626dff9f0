import { RequestRefused, SERVICES, type Service, type TesseraClient } from '@tessera/demo';
import { type Command, Option } from 'commander';
import { wholeNumber } from '../arguments.js';
import { connect, type ConnectionOptions, withConnection } from '../connection.js';
import { CliFailure } from '../failures.js';
import { type JsonOption, print, table, withJson } from '../output.js';
import { readPages } from '../paging.js';
import { serviceOption, type ServiceOption } from '../service-option.js';

type DeadLetter = Readonly<{
  id: string;
  topic: string;
  partition: number;
  offset: number;
  key: string | null;
  code: string;
  detail: string;
  status: string;
  attempts: number;
  createdAt: string;
}>;
type Options = ConnectionOptions & ServiceOption;
type Deed = Readonly<{ id: string; service: Service | null; done: boolean; reason?: string }>;

export function addDlq(program: Command): void {
  const dlq = program.command('dlq').description('dead letters: events that a service could not take');
  addList(dlq);
  addShow(dlq);
  addDeed(dlq, 'replay', 'hand dead letters to their service once more, and to no other');
  addDeed(dlq, 'discard', 'give dead letters up for good');
}

function addList(dlq: Command): void {
  withJson(withConnection(dlq.command('list')))
    .description('dead letters of each service, oldest first')
    .addOption(serviceOption())
    .addOption(new Option('--status <status>').choices(['open', 'replayed', 'discarded']).default('open'))
    .option('--limit <n>', 'how many of each service at most', wholeNumber(1, 100_000), 100)
    .action(async (options: Options & JsonOption & { status: string; limit: number }) => {
      const client = connect(options);
      const found: (DeadLetter & { service: string })[] = [];
      let cut = false;
      for (const service of servicesOf(options)) {
        const path = `/${service}/v1/admin/dead-letters?status=${options.status}`;
        const { items, more } = await readPages<DeadLetter>(client, path, options.limit);
        found.push(...items.map((letter) => ({ service, ...letter })));
        cut ||= more;
      }
      const body = found.map((letter) => [
        letter.service,
        letter.id,
        `${letter.topic}/${letter.partition}/${letter.offset}`,
        letter.key,
        letter.code,
        letter.detail,
        letter.attempts,
        letter.createdAt,
      ]);
      const text = table(['service', 'id', 'from', 'key', 'code', 'detail', 'attempts', 'since'], body);
      print(cut ? `${text}\nThere are more; raise --limit.` : text, found, options);
    });
}

function addShow(dlq: Command): void {
  withJson(withConnection(dlq.command('show')))
    .description('one dead letter whole: cause, origin, headers, bytes')
    .argument('<id>')
    .addOption(serviceOption())
    .action(async (id: string, options: Options & JsonOption) => {
      const client = connect(options);
      const found = await firstThatHas(options, (service) =>
        client.get<DeadLetter>(`/${service}/v1/admin/dead-letters/${encodeURIComponent(id)}`),
      );
      if (!found) throw new CliFailure(`No service has a dead letter ${id}.`);
      const letter = { service: found.service, ...found.answer };
      const text = Object.entries(letter).map(
        ([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`,
      );
      print(text.join('\n'), letter, options);
    });
}

function addDeed(dlq: Command, deed: 'replay' | 'discard', description: string): void {
  withJson(withConnection(dlq.command(deed)))
    .description(description)
    .argument('<id...>')
    .addOption(serviceOption())
    .action(async (ids: string[], options: Options & JsonOption) => {
      const client = connect(options);
      const deeds: Deed[] = [];
      for (const id of ids) deeds.push(await doTo(client, deed, id, options));
      const said = deeds.map(({ id, service, done, reason }) => [id, service, done ? 'done' : 'NOT done', reason]);
      print(table(['id', 'service', deed, 'reason'], said), deeds, options);
      const failed = deeds.filter(({ done }) => !done).length;
      if (failed > 0) throw new CliFailure(`${failed} of ${ids.length} could not be done.`);
    });
}

async function doTo(client: TesseraClient, deed: string, id: string, options: Options): Promise<Deed> {
  const letter = (service: Service): string => `/${service}/v1/admin/dead-letters/${encodeURIComponent(id)}`;
  const found = await firstThatHas(options, (service) => client.get(letter(service)));
  if (!found) return { id, service: null, done: false, reason: 'no service has it' };

  const { service } = found;
  try {
    await client.post(`${letter(service)}/${deed}`);
    return { id, service, done: true };
  } catch (error) {
    if (error instanceof RequestRefused) return { id, service, done: false, reason: error.message };
    throw error;
  }
}

/** Ids are unique over all services, so the one that knows it is the right one. */
async function firstThatHas<T>(
  options: ServiceOption,
  ask: (service: Service) => Promise<T>,
): Promise<{ service: Service; answer: T } | undefined> {
  for (const service of servicesOf(options)) {
    try {
      return { service, answer: await ask(service) };
    } catch (error) {
      if (!(error instanceof RequestRefused && error.status === 404)) throw error;
    }
  }
  return undefined;
}

function servicesOf({ service }: ServiceOption): readonly Service[] {
  return service ? [service] : SERVICES;
}
