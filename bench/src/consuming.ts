import { purchaseCreated } from '@tessera/contracts';
import type { Course, CourseOptions, Measured, SideName } from './benchmark.js';
import { perSecond } from './figures.js';
import { MadeUpPurchases } from './made-up-purchases.js';
import { PARTITIONS } from './partitions.js';
import { appendMembers, silence, takeIn } from './prepared-service.js';
import { SideProcess } from './side-process.js';
import { Stage } from './stage.js';
import { verifyBooks } from './verify-books.js';
import { measureWindow } from './window.js';

/** More than any side takes on the machines that this runs on; a side that takes all of them is told as wrong. */
const PURCHASES_A_SECOND_MAX = 40_000;
const WARM_UP_S = 2;
const OURS = 'ledger';
const PREPARED = 'prepared';

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
    say(`${purchases.members.length} members are registered, the program is published.`);
    await stage.database('beside');
    await opponent.tables(stage, 'beside');
    await purchases.appendTo(stage.log);
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
  const wrong = await verifyBooks(stage, database, purchases, { side });
  if (total >= purchases.count) wrong.push('it ran out of purchases');
  await stage.dropDatabase(database);
  return { ...window, value: perSecond(window), wrong };
}

async function startOurs(stage: Stage, database: string): Promise<Started> {
  await stage.rewind(OURS, [purchaseCreated.topic]);
  const service = await stage.service(OURS, { DATABASE_URL: stage.url(database) });
  service.start();
  await service.ready();
  return service;
}

async function prepareOurs(stage: Stage, members: readonly string[]): Promise<void> {
  await stage.database(PREPARED);
  await appendMembers(stage.log, members);
  await takeIn(stage, OURS, PREPARED);
  await silence(stage, PREPARED);
}
