import { setTimeout as sleep } from 'node:timers/promises';
import {
  defaultProgram,
  encode,
  type EventContract,
  memberRegistered,
  programPublished,
  purchaseCreated,
} from '@tessera/contracts';
import type { NewRecord } from '@tessera/platform-bus';
import type { Course, CourseOptions, Measured, SideName } from './benchmark.js';
import { MadeUpPurchases, memberName } from './made-up-purchases.js';
import { SideProcess } from './side-process.js';
import { PARTITIONS } from './partitions.js';
import { Stage } from './stage.js';
import { verifyBooks } from './verify-books.js';
import { measureWindow } from './window.js';

/** More than any side takes on the machines that this runs on; a side that takes all of them is told as wrong. */
const PURCHASES_A_SECOND_MAX = 40_000;
const WARM_UP_S = 2;
const CHUNK = 5_000;
const OURS = 'ledger';
const PREPARED = 'prepared';
const IDLE_MS_MAX = 120_000;

export type Opponent = Readonly<{
  /** Of `beside/`. */
  name: string;
  /** Makes the tables it needs in a database of its own. */
  tables(stage: Stage, database: string): Promise<void>;
  remarks: readonly string[];
}>;

type Started = Readonly<{ stop(): Promise<void> }>;

/** Purchases wait on the log; a side is started on empty tables and takes them until its time is up. */
export async function openConsuming(opponent: Opponent, options: CourseOptions): Promise<Course> {
  const { seconds, say, profileDir } = options;
  const stage = await Stage.open({ ...(profileDir !== undefined && { profileDir }) });
  try {
    const purchases = new MadeUpPurchases((seconds + WARM_UP_S) * PURCHASES_A_SECOND_MAX, new Date());
    await prepareOurs(stage, purchases.members);
    say(`${purchases.members} members are registered, the program is published.`);
    await stage.database('beside');
    await opponent.tables(stage, 'beside');
    for (let from = 0; from < purchases.count; from += CHUNK) {
      await stage.log.append(purchases.records(from, from + CHUNK));
    }
    say(`${purchases.count} purchases wait on ${PARTITIONS} partitions.`);
    return {
      remarks: opponent.remarks,
      run: (side, round) => runSide({ stage, opponent, purchases, seconds }, side, round),
      close: () => stage.close(),
    };
  } catch (error) {
    await stage.close();
    throw error;
  }
}

type Parts = Readonly<{ stage: Stage; opponent: Opponent; purchases: MadeUpPurchases; seconds: number }>;

async function runSide(parts: Parts, side: SideName, round: number): Promise<Measured> {
  const { stage, opponent, purchases, seconds } = parts;
  const database = `${side}_${round}`;
  await stage.database(database, side === 'ours' ? PREPARED : 'beside');
  const start = async (): Promise<Started> => {
    if (side === 'ours') return startOurs(stage, database);
    const settings = { brokers: stage.brokers, databaseUrl: stage.url(database), group: `beside-${round}` };
    return SideProcess.start(opponent.name, settings);
  };
  const started = await start();
  const { total, ...window } = await measureWindow(stage, {
    database,
    sql: 'SELECT count(*) FROM purchases',
    seconds,
  });
  await started.stop();
  const wrong = await verifyBooks(stage, database, purchases, side);
  if (total >= purchases.count) wrong.push('it ran out of purchases');
  await stage.dropDatabase(database);
  return { ...window, wrong };
}

async function startOurs(stage: Stage, database: string): Promise<Started> {
  await stage.rewind(OURS, purchaseCreated.topic);
  const service = await stage.service(OURS, { DATABASE_URL: stage.url(database) });
  service.start();
  await service.ready();
  return service;
}

/** Program and members come as in life, by the log; what a round starts from is then copied. The outbox is kept: nobody may publish it. */
async function prepareOurs(stage: Stage, members: number): Promise<void> {
  const time = new Date();
  const database = await stage.database(PREPARED);
  await stage.log.append([recordOf(programPublished, defaultProgram('EUR'), time)]);
  for (let from = 0; from < members; from += CHUNK) {
    const some = Array.from({ length: Math.min(CHUNK, members - from) }, (_, at) => memberName(from + at));
    const registeredAt = time.toISOString();
    const registrations = some.map((memberId) => ({ memberId, registeredAt, epoch: 1, sequence: 1 }));
    await stage.log.append(registrations.map((data) => recordOf(memberRegistered, data, time)));
  }
  const service = await stage.service(OURS, { DATABASE_URL: database, MIGRATE: 'true' });
  service.start();
  await service.ready();
  await untilIdle(service.url, stage.token);
  await service.stop();
  await stage.query(
    PREPARED,
    `UPDATE relay_lease SET holder = gen_random_uuid(), epoch = epoch + 1, expires_at = 'infinity'`,
  );
  await stage.query(PREPARED, 'VACUUM ANALYZE');
}

function recordOf<Data>(contract: EventContract<Data>, data: NoInfer<Data>, time: Date): NewRecord {
  const { key, value, headers } = encode(contract, data, {
    id: `${contract.topic}-${contract.key(data)}`,
    source: 'urn:bench',
    time,
  });
  return { topic: contract.topic, key, value: Buffer.from(value), headers };
}

async function untilIdle(url: string, token: string): Promise<void> {
  const giveUpAt = performance.now() + IDLE_MS_MAX;
  for (;;) {
    const answer = await fetch(`${url}/${OURS}/v1/progress`, { headers: { authorization: `Bearer ${token}` } });
    const { lag, work } = (await answer.json()) as { lag: number; work: number };
    if (answer.ok && lag + work === 0) return;
    if (performance.now() > giveUpAt) throw new Error(`${OURS} is not idle: ${lag} to consume, ${work} to refresh.`);
    await sleep(100);
  }
}
