import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createDataSource, rows } from '@tessera/platform-database';
import { type ScratchDatabase, scratchDatabase } from '@tessera/platform-testing';
import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import { IdempotencyKeyReused } from '../errors.js';
import { ANSWER_KEPT_DAYS, IdempotentRequests } from './idempotent-requests.js';
import { IdempotentRequestsByAge1767571200001 } from './idempotent-requests-by-age.migration.js';
import { IdempotentRequestsTable1767225600001 } from './idempotent-requests.migration.js';

describe('IdempotentRequests', () => {
  let scratch: ScratchDatabase;
  let database: DataSource;
  let requests: IdempotentRequests;
  let done = 0;

  const answer = async () => ({ number: (done += 1), nothing: null, text: 'ü' });
  const kept = async () =>
    (await rows<{ n: number }>(database.manager, 'SELECT count(*) AS n FROM idempotent_requests'))[0]?.n;

  beforeAll(async () => {
    scratch = await scratchDatabase();
    database = createDataSource({
      url: scratch.url,
      name: 'spec',
      migrations: [IdempotentRequestsTable1767225600001, IdempotentRequestsByAge1767571200001],
      poolSize: 10,
    });
    await database.initialize();
    await database.runMigrations();
    requests = new IdempotentRequests(database);
  });

  afterAll(async () => {
    await database.destroy();
    await scratch.drop();
  });

  beforeEach(async () => {
    done = 0;
    await rows(database.manager, 'TRUNCATE idempotent_requests');
  });

  it('does a thing once, and gives every repeat the first answer', async () => {
    const request = { scope: 'spec', key: randomUUID(), body: { a: 1, b: { c: [1, 2], d: null } } };
    const first = await requests.once(request, answer);
    const repeat = await requests.once({ ...request, body: { b: { d: null, c: [1, 2] }, a: 1 } }, answer);
    expect(JSON.stringify(repeat)).toBe(JSON.stringify(first));
    expect(done).toBe(1);
  });

  it('keeps an answer of nothing, too', async () => {
    const request = { scope: 'spec', key: 'void', body: undefined };
    await requests.once(request, async () => void (await answer()));
    await requests.once(request, async () => void (await answer()));
    expect(done).toBe(1);
  });

  it('refuses the key with another body, and takes it for another scope', async () => {
    const request = { scope: 'one', key: 'k', body: { points: 1 } };
    await requests.once(request, answer);
    await expect(requests.once({ ...request, body: { points: 2 } }, answer)).rejects.toThrow(IdempotencyKeyReused);
    await expect(requests.once({ ...request, body: null }, answer)).rejects.toThrow(IdempotencyKeyReused);
    await requests.once({ ...request, scope: 'two', body: { points: 2 } }, answer);
    expect(done).toBe(2);
  });

  it('leaves nothing of an attempt that failed', async () => {
    const request = { scope: 'spec', key: 'k', body: 1 };
    const failing = requests.once(request, async (tx) => {
      await rows(tx, `INSERT INTO idempotent_requests (scope, key, body_hash) VALUES ('side', 'effect', '')`);
      throw new RangeError('no');
    });
    await expect(failing).rejects.toThrow(RangeError);
    expect(await kept()).toBe(0);
    expect(await requests.once(request, answer)).toMatchObject({ number: 1 });
  });

  it('lets simultaneous repeats wait for the first and get its answer', async () => {
    const request = { scope: 'spec', key: 'k', body: { points: 5 } };
    const answers = await Promise.all(
      Array.from({ length: 30 }, () =>
        requests.once(request, async () => {
          await sleep(50);
          return answer();
        }),
      ),
    );
    expect(done).toBe(1);
    expect(new Set(answers.map((each) => JSON.stringify(each))).size).toBe(1);
  });

  it('lets one that waited do the work when the first fails', async () => {
    const request = { scope: 'spec', key: 'k', body: null };
    let attempts = 0;
    const outcomes = await Promise.allSettled(
      Array.from({ length: 5 }, () =>
        requests.once(request, async () => {
          attempts += 1;
          const mine = attempts;
          await sleep(20);
          if (mine === 1) throw new RangeError('the first fails');
          return answer();
        }),
      ),
    );
    expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(1);
    expect([attempts, done]).toEqual([2, 1]);
  });

  describe('when answers are let go', () => {
    const asked = (key: string) => requests.once({ scope: 'spec', key, body: key }, answer);
    const age = (key: string, interval: string) =>
      rows(
        database.manager,
        'UPDATE idempotent_requests SET created_at = clock_timestamp() - $2::interval WHERE key = $1',
        [key, interval],
      );

    it('prunes the oldest that are over, so many at once, and leaves the rest', async () => {
      for (const key of ['new', 'last day', 'old', 'older', 'oldest']) await asked(key);
      await age('last day', `${ANSWER_KEPT_DAYS * 24 - 1} hours`);
      await age('old', `${ANSWER_KEPT_DAYS * 24 + 1} hours`);
      await age('older', '30 days');
      await age('oldest', '3 years');

      expect(await requests.prune(2)).toBe(2);
      expect(await asked('old')).toMatchObject({ number: 3 });
      expect(await requests.prune(2)).toBe(1);
      expect(await requests.prune(2)).toBe(0);
      expect(await asked('new')).toMatchObject({ number: 1 });
      expect(await asked('last day')).toMatchObject({ number: 2 });
      expect(await asked('old')).toMatchObject({ number: 6 });
    });

    it('prunes nothing twice, and waits for nobody, with several at it', async () => {
      for (let n = 0; n < 40; n += 1) await asked(`k${n}`);
      await rows(database.manager, `UPDATE idempotent_requests SET created_at = created_at - interval '8 days'`);

      const pruned = await database.transaction(async (tx) => {
        await rows(tx, `SELECT FROM idempotent_requests WHERE key = 'k0' FOR UPDATE`);
        return Promise.all(Array.from({ length: 6 }, () => requests.prune(30)));
      });

      expect(pruned.reduce((sum, one) => sum + one)).toBe(39);
      expect(await kept()).toBe(1);
    });

    it('does the work anew for a repeat whose answer goes that very moment', async () => {
      await asked('k');
      let isGone = false;
      const racing = new IdempotentRequests({
        transaction: (work: (tx: EntityManager) => Promise<unknown>) =>
          database.transaction((tx) => {
            const runner = tx.queryRunner as QueryRunner;
            const query = runner.query.bind(runner) as (...all: unknown[]) => Promise<unknown>;
            runner.query = (async (sql: string, ...rest: unknown[]) => {
              if (sql.startsWith('SELECT body_hash') && !isGone) {
                isGone = true;
                await rows(database.manager, 'DELETE FROM idempotent_requests');
              }
              return query(sql, ...rest);
            }) as QueryRunner['query'];
            return work(tx);
          }),
      } as DataSource);

      expect(await racing.once({ scope: 'spec', key: 'k', body: 'k' }, answer)).toMatchObject({ number: 2 });
      expect(isGone).toBe(true);
    });

    it('forgets scopes whole, and no other', async () => {
      await asked('k');
      await requests.once({ scope: 'other', key: 'k', body: 1 }, answer);
      await database.transaction((tx) => requests.forget(tx, ['spec', 'unknown']));

      expect(await rows(database.manager, 'SELECT scope FROM idempotent_requests')).toEqual([{ scope: 'other' }]);
    });
  });

  it('refuses another body also while the first is under way', async () => {
    const first = requests.once({ scope: 'spec', key: 'k', body: 1 }, async () => {
      await sleep(50);
      return answer();
    });
    await sleep(10);
    await expect(requests.once({ scope: 'spec', key: 'k', body: 2 }, answer)).rejects.toThrow(IdempotencyKeyReused);
    await first;
    expect(done).toBe(1);
  });
});
