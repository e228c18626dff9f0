import { pointsChanged } from '@tessera/contracts';
import type { Benchmark, Course, CourseOptions, Measured } from './benchmark.js';
import type { PackageSettings } from './beside/outbox-package.js';
import { perSecond } from './figures.js';
import { OrderCheck } from './outbox-rows.js';
import { fillOurs, fillPackage, type Listener, PUBLICATION, SLOT } from './outbox-tables.js';
import { Published } from './published.js';
import { SideProcess } from './side-process.js';
import { Stage } from './stage.js';
import { measureWindow } from './window.js';

/** More than either publishes; a side that publishes all of them is told as wrong. */
const OURS_A_SECOND_MAX = 45_000;
const PACKAGE_A_SECOND_MAX = 3_000;
const WARM_UP_S = 2;
const SWEEP_S = 3;
const PREPARED = 'prepared';

type Setting = Readonly<{ name: string; listener: Listener; segments: number }>;

/** What the package lets one choose: how it hears of messages, how many at once, and what it keeps in order. */
const SETTINGS: readonly Setting[] = [
  { name: 'polling 20 of 100 segments', listener: { poll: 20 }, segments: 100 },
  { name: 'polling 100 of 1,000 segments', listener: { poll: 100 }, segments: 1_000 },
  { name: 'replication, one at a time', listener: { replicate: 'mutex' }, segments: 1 },
  { name: 'replication, one at a time of each of 20 segments', listener: { replicate: 'segment-mutex' }, segments: 20 },
  {
    name: 'replication, one at a time of each of 1,000 segments',
    listener: { replicate: 'segment-mutex' },
    segments: 1_000,
  },
];

export const relay: Benchmark = {
  name: 'relay',
  summary:
    'an outbox to Kafka in the order of each key, beside the package pg-transactional-outbox at its best settings',
  unit: 'rows/s',
  bar: { least: 10 },
  open: openRelay,
};

async function openRelay({ seconds, say, profileDir }: CourseOptions): Promise<Course> {
  const stage = await Stage.open({
    settings: { wal_level: 'logical' },
    ...(profileDir !== undefined && { profileDir }),
  });
  try {
    const rows = (seconds + WARM_UP_S) * OURS_A_SECOND_MAX;
    await prepareOurs(stage, rows);
    say(`${rows} rows wait in the outbox.`);
    const best = await sweep(stage, say);
    return {
      remarks: [`Beside: pg-transactional-outbox 0.5.7, ${best.name}: the best of ${SETTINGS.length} settings.`],
      run: (side, round) =>
        side === 'ours'
          ? runOurs(stage, { seconds, rows, round })
          : runPackage(stage, best, `package_${round}`, seconds),
      close: () => stage.close(),
    };
  } catch (error) {
    await stage.close();
    throw error;
  }
}

async function sweep(stage: Stage, say: (line: string) => void): Promise<Setting> {
  let best: { setting: Setting; rate: number } | undefined;
  for (const [at, setting] of SETTINGS.entries()) {
    const { value: rate } = await runPackage(stage, setting, `sweep_${at}`, SWEEP_S);
    say(`${setting.name}: ${Math.round(rate)}/s`);
    if (!best || rate > best.rate) best = { setting, rate };
  }
  if (!best) throw new Error('There are no settings.');
  return best.setting;
}

/** The service itself, with nothing to consume, on an outbox that was full before. */
async function prepareOurs(stage: Stage, rows: number): Promise<void> {
  const database = await stage.database(PREPARED);
  const service = await stage.service('ledger', { DATABASE_URL: database, MIGRATE: 'true' });
  service.start();
  await service.ready();
  await service.stop();
  await fillOurs(stage, PREPARED, rows);
}

type OurRound = Readonly<{ seconds: number; rows: number; round: number }>;

async function runOurs(stage: Stage, { seconds, rows, round }: OurRound): Promise<Measured> {
  const database = `ours_${round}`;
  const url = await stage.database(database, PREPARED);
  const published = await Published.since(stage.log, pointsChanged.topic);
  const service = await stage.service('ledger', { DATABASE_URL: url });
  service.start();
  const { total, ...window } = await measureWindow(stage, {
    database,
    sql: `SELECT ${rows} - count(*) FROM outbox`,
    seconds,
  });
  await service.stop();
  const [left] = await stage.query<{ count: number }>(database, 'SELECT count(*)::int AS count FROM outbox');
  const wrong = await check(published, rows - (left?.count ?? 0));
  if (total >= rows) wrong.push('it ran out of rows');
  await stage.dropDatabase(database);
  return { ...window, value: perSecond(window), wrong };
}

const SIDE_DONE = 'SELECT count(*) FROM outbox WHERE processed_at IS NOT NULL';

async function runPackage(stage: Stage, setting: Setting, database: string, seconds: number): Promise<Measured> {
  const { listener, segments } = setting;
  const rows = (seconds + WARM_UP_S) * PACKAGE_A_SECOND_MAX;
  await fillPackage(stage, await databaseOf(stage, database), { rows, segments, listener });
  const published = await Published.since(stage.log, pointsChanged.topic);
  const settings: PackageSettings = { brokers: stage.brokers, databaseUrl: stage.url(database), listener };
  const side = await SideProcess.start('outbox-package', settings);
  const { total, ...window } = await measureWindow(stage, { database, sql: SIDE_DONE, seconds });
  await side.stop();
  const [done] = await stage.query<{ count: number }>(database, `SELECT (${SIDE_DONE})::int AS count`);
  const wrong = await check(published, done?.count ?? 0);
  if (total >= rows) wrong.push('it ran out of rows');
  if ('replicate' in listener) {
    await stage.query(database, `SELECT pg_drop_replication_slot('${SLOT}')`);
    await stage.query(database, `DROP PUBLICATION ${PUBLICATION}`);
  }
  await stage.dropDatabase(database);
  return { ...window, value: perSecond(window), wrong };
}

async function databaseOf(stage: Stage, name: string): Promise<string> {
  await stage.database(name);
  return name;
}

async function check(published: Published, gone: number): Promise<string[]> {
  const order = new OrderCheck();
  for await (const { key, value } of published.records()) order.read(key, value);
  return order.verdict(gone);
}
