import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { defaultProgram, encode, type EventContract, memberRegistered, programPublished } from '@tessera/contracts';
import type { KafkaLog, NewRecord } from '@tessera/platform-bus';
import { askService } from './ask-service.js';
import type { Stage } from './stage.js';

const CHUNK = 5_000;
const IDLE_MS_MAX = 120_000;
export type Progress = Readonly<{
  handled: number;
  lag: number;
  outbox: number;
  work: number;
  deadLetters: number;
}>;

const TAKEN_IN = [programPublished.topic, memberRegistered.topic];

/** The default program, and members: they come as in life, by the log. */
export async function appendMembers(log: Pick<KafkaLog, 'append'>, members: readonly string[]): Promise<void> {
  const time = new Date();
  const registeredAt = time.toISOString();
  await log.append([recordOf(programPublished, defaultProgram('EUR'), time)]);
  for (let from = 0; from < members.length; from += CHUNK) {
    const registrations = members
      .slice(from, from + CHUNK)
      .map((memberId) => ({ memberId, registeredAt, epoch: 1, sequence: 1 }));
    await log.append(registrations.map((data) => recordOf(memberRegistered, data, time)));
  }
}

/** Runs a service on a database, with its migrations, as long as `use` takes. */
export async function onService(
  stage: Stage,
  service: string,
  database: string,
  use: (url: string) => Promise<void>,
): Promise<void> {
  const process = await stage.service(service, { DATABASE_URL: stage.url(database), MIGRATE: 'true' });
  process.start();
  await process.ready();
  await use(process.url);
  await process.stop();
}

/** Has a service take in what is on the log, from its beginning, until it has nothing left to do. */
export async function takeIn(stage: Stage, service: string, database: string): Promise<void> {
  await stage.rewind(service, TAKEN_IN);
  await onService(stage, service, database, (url) => untilIdle(stage, url, service));
}

/** What this database says from now on stays in its outbox, to be seen: nobody may publish it. */
export async function silence(stage: Stage, database: string): Promise<void> {
  const sql = `UPDATE relay_lease SET holder = gen_random_uuid(), epoch = epoch + 1, expires_at = 'infinity'`;
  await stage.query(database, sql);
  await stage.query(database, 'VACUUM ANALYZE');
}

export function recordOf<Data>(contract: EventContract<Data>, data: NoInfer<Data>, time: Date): NewRecord {
  const { key, value, headers } = encode(contract, data, {
    id: randomUUID(),
    source: 'urn:bench',
    time,
  });
  return { topic: contract.topic, key, value: Buffer.from(value), headers };
}

/** Nothing to consume, to publish or to look at again. */
export async function untilIdle(stage: Stage, url: string, service: string): Promise<void> {
  const giveUpAt = performance.now() + IDLE_MS_MAX;
  for (;;) {
    const told = (await askService(stage, `${url}/${service}/v1/progress`, 'GET')) as Progress;
    const left = told.lag + told.outbox + told.work;
    if (left === 0) return;
    if (performance.now() > giveUpAt) throw new Error(`${service} is not idle: ${left} things are left to do.`);
    await sleep(100);
  }
}
