import type { Log, NewRecord } from '@tessera/platform-bus';
import { rows } from '@tessera/platform-database';
import { unmeasured } from '../metrics.js';
import { type MessagingDatabase, messagingDatabase } from '../fixtures/messaging-database.js';
import { silentLogger } from '../fixtures/silent-logger.js';
import { Relay } from './relay.js';

describe('the relay', () => {
  let database: MessagingDatabase;
  let published: string[];
  let onAppend: (names: string[]) => Promise<void>;
  let onRead: () => void;
  let reads: number;
  let relays: Relay[];

  beforeAll(async () => {
    database = await messagingDatabase();
  });
  afterAll(() => database.close());
  beforeEach(async () => {
    published = [];
    relays = [];
    onAppend = async () => undefined;
    onRead = () => undefined;
    reads = 0;
    await rows(database.dataSource.manager, `TRUNCATE outbox`);
    await rows(database.dataSource.manager, `UPDATE relay_lease SET holder = NULL, expires_at = '-infinity'`);
  });
  afterEach(() => Promise.all(relays.map((relay) => relay.stop())));

  const append = async (records: readonly NewRecord[]): Promise<void> => {
    const names = records.map(({ key }) => String(key));
    await onAppend(names);
    published.push(...names);
  };
  const start = (leaseMs = 60_000): Relay => {
    const relay = new Relay({
      dataSource: database.dataSource,
      databaseUrl: database.database.url,
      log: { append } as Pick<Log, 'append'> as Log,
      metrics: unmeasured,
      logger: silentLogger,
      failpoints: {
        reached: (point) => {
          if (point !== 'relay.before-append') return;
          reads += 1;
          onRead();
        },
      },
      leaseMs,
    });
    relay.start();
    relays.push(relay);
    return relay;
  };
  const write = (...names: string[]): Promise<unknown> =>
    rows(
      database.dataSource.manager,
      `INSERT INTO outbox (topic, key, headers) SELECT 't', name, '{}' FROM unnest($1::text[]) AS name`,
      [names],
    );
  const left = async (): Promise<number> => (await rows(database.dataSource.manager, 'SELECT FROM outbox')).length;
  const until = async (condition: () => boolean | Promise<boolean>): Promise<void> => {
    for (let turn = 0; turn < 1_000; turn += 1) {
      if (await condition()) return;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    throw new Error('waited in vain');
  };

  it('publishes in the order of writing and removes what the log has taken', async () => {
    await write('a', 'b', 'c');
    start();
    await until(async () => (await left()) === 0);
    await write('d');
    await until(async () => (await left()) === 0);

    expect(published).toEqual(['a', 'b', 'c', 'd']);
  });

  it('keeps what the log did not take, and repeats it', async () => {
    let failures = 2;
    onAppend = async () => {
      if ((failures -= 1) >= 0) throw new Error('the log is away');
    };
    await write('a', 'b');
    start();
    await until(async () => (await left()) === 0);

    expect(published).toEqual(['a', 'b']);
  });

  it('does not miss a transaction that took its position early and commits late', async () => {
    const late = database.dataSource.createQueryRunner();
    await late.startTransaction();
    await late.query(`INSERT INTO outbox (topic, key, headers) VALUES ('t', 'late', '{}')`);
    await write('early');
    start();
    await until(() => published.includes('early'));
    await late.commitTransaction();
    await late.release();
    await until(async () => (await left()) === 0);

    expect(published).toEqual(['early', 'late']);
  });

  it('leads alone: another relay waits until the lease is given up', async () => {
    const leader = start();
    await write('a');
    await until(() => published.length === 1);
    start();
    await write('b');
    await until(() => published.length === 2);
    expect(published).toEqual(['a', 'b']);

    await leader.stop();
    await write('c');
    await until(() => published.length === 3);
    expect(published).toEqual(['a', 'b', 'c']);
  });

  it('publishes, before it stops, what was written while it was at work', async () => {
    let goOn = (): void => undefined;
    const held = new Promise<void>((resolve) => (goOn = resolve));
    onAppend = (names) => (names.includes('b') ? held : Promise.resolve());
    const relay = start();
    await write('a');
    await until(async () => (await left()) === 0);
    await write('b');
    await until(() => reads === 2);
    await write('c');
    const stopped = relay.stop();
    await write('d');
    goOn();
    await stopped;

    expect(published).toEqual(['a', 'b', 'c', 'd']);
    expect(await left()).toBe(0);
  });

  it('takes over when a leader dies without a word, and the dead one waking up loses nothing', async () => {
    let wake = (): void => undefined;
    const asleep = new Promise<void>((resolve) => (wake = resolve));
    let first = true;
    onAppend = async () => {
      if (!first) return;
      first = false;
      await asleep;
    };
    start();
    await write('a', 'b');
    await until(() => !first);
    await rows(database.dataSource.manager, `UPDATE relay_lease SET expires_at = '-infinity'`);
    start();
    await until(() => published.length >= 2);
    await write('c');
    await until(() => published.includes('c'));
    wake();
    await until(async () => (await left()) === 0 && published.length >= 5);

    expect(published).toEqual(['a', 'b', 'c', 'a', 'b']);
  });

  it('keeps its lease while the log takes its time', async () => {
    const leaseMs = 300;
    let isTaking = false;
    onAppend = async () => {
      if (isTaking) throw new Error('another publishes too');
      isTaking = true;
      await new Promise((resolve) => setTimeout(resolve, 4 * leaseMs));
      isTaking = false;
    };
    await write('a');
    start(leaseMs);
    await until(() => isTaking);
    start(leaseMs);
    await until(async () => (await left()) === 0);

    expect(published).toEqual(['a']);
  });

  it('does not publish what it read before it overslept its lease', async () => {
    const leaseMs = 300;
    let naps = 1;
    onRead = () => {
      // Stands still with all it holds, as a process that is stopped.
      for (const wakeAt = performance.now() + leaseMs; naps > 0 && performance.now() < wakeAt;);
      naps -= 1;
    };
    const inForce: boolean[] = [];
    onAppend = async () => {
      const sql = 'SELECT FROM relay_lease WHERE expires_at > clock_timestamp()';
      inForce.push((await rows(database.dataSource.manager, sql)).length === 1);
    };
    await write('a');
    start(leaseMs);
    await until(async () => (await left()) === 0);

    expect(inForce).toEqual([true]);
  });
});
