import { createDataSource } from '@tessera/platform-database';
import { type ScratchDatabase, scratchDatabase } from '@tessera/testing';
import type { DataSource } from 'typeorm';
import { Recommendation1767225600400 } from './migrations/1767225600400-recommendation.js';
import { KeptNeighbours1767312000400 } from './migrations/1767312000400-kept-neighbours.js';
import { NeighboursRepository } from './neighbours.repository.js';

const NOW = new Date('2026-06-20T12:00:00.000Z');
const SKUS = Array.from({ length: 300 }, (_, n) => `s${n}`);

describe('kept neighbours of two replicas', () => {
  const neighbours = new NeighboursRepository();
  let scratch: ScratchDatabase;
  let dataSource: DataSource;

  beforeAll(async () => {
    scratch = await scratchDatabase();
    const migrations = [Recommendation1767225600400, KeptNeighbours1767312000400];
    dataSource = createDataSource({ url: scratch.url, name: 'neighbours-spec', migrations });
    await dataSource.initialize();
    await dataSource.runMigrations();
    await dataSource.query(
      'INSERT INTO items (sku, baskets, popularity, changes) SELECT sku, 1, 1, 100 FROM unnest($1::text[]) AS s(sku)',
      [SKUS],
    );
  });
  afterAll(async () => {
    await dataSource?.destroy();
    await scratch?.drop();
  });

  const keep = (skus: readonly string[], changes: number): Promise<void> =>
    dataSource.transaction((tx) => {
      const nearest = [{ sku: `of ${changes}`, similarity: 1 / 3 }];
      return neighbours.keep(
        tx,
        skus.map((sku) => ({ sku, changes, baskets: changes, nearest })),
        NOW,
      );
    });

  it('are written side by side in whatever order they come, and the count that knew most stands', async () => {
    for (let round = 0; round < 10; round += 1) {
      const numbers = [1, 2, 3, 4].map((n) => 4 * round + n);
      await Promise.all(numbers.map((n) => keep(n % 2 === 0 ? SKUS : SKUS.toReversed(), n)));
      await keep(SKUS, 4 * round);
    }

    const kept = await neighbours.kept(dataSource.manager, SKUS);
    expect(kept).toHaveLength(SKUS.length);
    for (const one of kept) {
      expect(one).toEqual({
        sku: one.sku,
        baskets: 40,
        changes: 60,
        countedAt: NOW,
        nearest: [{ sku: 'of 40', similarity: 1 / 3 }],
      });
    }
  });
});
