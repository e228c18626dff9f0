import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { purchaseCreated, topicSpecs } from '@tessera/contracts';
import { KafkaLog, type Log, type SubscriptionOptions } from '@tessera/platform-bus';
import { type ScratchDatabase, scratchDatabase } from '@tessera/platform-testing';
import pg from 'pg';
import type { RunningService } from './definition.js';
import { createLogger } from './logger.js';
import { definition, expectSoon, purchase, tokens } from './made-up-service.features.js';
import { startService } from './start-service.js';

const brokers = process.env['TESSERA_TEST_KAFKA'];
const suite = brokers || process.env['CI'] === 'true' ? describe : describe.skip;

/** The least that brokers allow where nobody changed it. */
const SESSION_MS = 6_000;
/** On a busy machine everything takes its time, most of all a process that reads its sources. */
const SOON_MS = 40_000;
const START_MS_MAX = 150_000;
const TEST_MS = 300_000;
const ROOT = join(import.meta.dirname, '../../../..');

suite('a service on Kafka', () => {
  let database: ScratchDatabase;
  let client: pg.Client;
  let log: KafkaLog;
  let handedAt: number[];
  let lines: string[];
  const services: RunningService[] = [];
  const kafka = () => ({
    brokers: (brokers ?? '').split(','),
    clientId: 'tessera-test',
    namespace: `stopped-${randomUUID()}`,
    sessionTimeoutMs: SESSION_MS,
  });
  let options: ReturnType<typeof kafka>;

  beforeEach(async () => {
    [handedAt, lines] = [[], []];
    options = kafka();
    database = await scratchDatabase();
    client = new pg.Client({ connectionString: database.url });
    await client.connect();
    log = await KafkaLog.open(options);
    await log.ensureTopics(topicSpecs({ partitions: 1 }));
  });
  afterEach(async () => {
    await Promise.all(services.splice(0).map((service) => service.close()));
    await log.close();
    await client.end();
    await database.drop();
  });

  /** The log, with the time at which it hands each batch. */
  const watched = (): Log =>
    new Proxy<Log>(log, {
      get(target, name) {
        if (name === 'subscribe')
          return (subscription: SubscriptionOptions) =>
            target.subscribe({
              ...subscription,
              onBatch: (batch) => {
                handedAt.push(performance.now());
                return subscription.onBatch(batch);
              },
            });
        const value: unknown = Reflect.get(target, name);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
  const aReplica = async (migrate: boolean): Promise<RunningService> => {
    const logger = createLogger({ level: 'debug', destination: { write: (line) => void lines.push(line) } });
    const service = await startService(definition, {
      log: watched(),
      databaseUrl: database.url,
      tokens,
      logger,
      migrate,
    });
    services.push(service);
    return service;
  };
  const append = async (purchaseId: string): Promise<void> => {
    const { key, value, headers } = purchase(purchaseId);
    await log.append([{ topic: purchaseCreated.topic, key, value: Buffer.from(value), headers }]);
  };
  const seen = async (): Promise<string[]> =>
    (await client.query<{ id: string }>('SELECT id FROM seen ORDER BY id')).rows.map(({ id }) => id);

  const soon = (check: () => Promise<boolean>): Promise<void> => expectSoon(check, SOON_MS);

  it(
    'that is stopped inside its transaction loses it before its partition is handed on',
    async () => {
      // So that the tables are there, and who joins later finds none of its own time-outs.
      await (await aReplica(true)).close();
      const stuck = startStuck({ kafka: options, databaseUrl: database.url });
      try {
        await append('p1');
        await expectSoon(async () => stuck.pid() !== undefined || stuck.child.exitCode !== null, START_MS_MAX);
        expect(stuck.child.exitCode).toBeNull();
        stuck.child.kill('SIGSTOP');
        const pid = stuck.pid();
        const lost = (async () => {
          const isThere = async () =>
            (await client.query('SELECT FROM pg_stat_activity WHERE pid = $1', [pid])).rowCount;
          while (await isThere()) await new Promise((resolve) => setTimeout(resolve, 20));
          return performance.now();
        })();
        const other = await aReplica(false);

        const lostAt = await lost;
        await soon(async () => (await other.progress()).handled === 1);
        expect(lostAt).toBeLessThan(handedAt[0] ?? 0);
        expect(await seen()).toEqual(['p1']);

        stuck.child.kill('SIGCONT');
        stuck.child.stdin?.write('go on\n');
        await soon(async () => stuck.lines.some((line) => line.includes('batch will be tried again')));
        await append('p2');
        await soon(async () => (await other.progress()).handled === 2);
        expect(await other.progress()).toMatchObject({ lag: 0, deadLetters: 0 });
        expect(await seen()).toEqual(['p1', 'p2']);
      } finally {
        stuck.child.kill('SIGKILL');
      }
    },
    TEST_MS,
  );

  it('tries a batch again that waits for a lock for long, and gives up none of it', async () => {
    const service = await aReplica(true);
    await client.query('BEGIN; LOCK TABLE seen IN EXCLUSIVE MODE');
    await append('p1');
    await soon(async () => lines.filter((line) => line.includes('55P03')).length >= 2);
    expect(await service.progress()).toMatchObject({ handled: 0, lag: 1, deadLetters: 0 });

    await client.query('COMMIT');
    await soon(async () => (await service.progress()).handled === 1);
    expect(await service.progress()).toMatchObject({ lag: 0, deadLetters: 0 });
    expect(await seen()).toEqual(['p1']);
  });
});

type Stuck = Readonly<{ child: ChildProcess; lines: readonly string[]; pid(): number | undefined }>;

function startStuck(told: object): Stuck {
  const file = join(import.meta.dirname, 'stopped-consumer.features.ts');
  const loader = join(ROOT, 'tools/test/typescript/register.mjs');
  const parameters = ['--conditions=@tessera/source', '--import', loader, file, JSON.stringify(told)];
  const child = spawn(process.execPath, parameters, { cwd: ROOT, stdio: ['pipe', 'pipe', 'inherit'] });
  const lines: string[] = [];
  if (child.stdout) createInterface(child.stdout).on('line', (line) => void lines.push(line));
  return {
    child,
    lines,
    pid: () => {
      const inside = lines.findLast((line) => line.startsWith('inside '));
      return inside === undefined ? undefined : Number(inside.split(' ')[1]);
    },
  };
}
