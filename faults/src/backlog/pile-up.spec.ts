import type { NewRecord } from '@tessera/platform-bus';
import type { ShopPurchase } from '@tessera/demo';
import { pileUp } from './pile-up.js';

const purchase = (purchaseId: string): ShopPurchase => ({
  purchaseId,
  memberId: 'm',
  purchasedAt: '2026-01-01T00:00:00.000Z',
  currency: 'EUR',
  totalMinor: 1,
  lines: [],
});

async function piled(count: number, fresh: readonly string[], known: readonly string[]): Promise<readonly string[]> {
  const records: NewRecord[] = [];
  const log = { append: async (some: readonly NewRecord[]) => void records.push(...some) };
  await pileUp(log, count, fresh.map(purchase), known.map(purchase));
  return records.map(({ value }) => (JSON.parse(String(value)) as ShopPurchase).purchaseId);
}

describe('a pile of records', () => {
  it('is as high as it was to be, and holds each new purchase once, far from the next', async () => {
    const ids = await piled(12_000, ['a', 'b', 'c'], ['x', 'y']);
    expect(ids).toHaveLength(12_000);
    expect(ids.flatMap((id, at) => (id < 'x' ? [[id, at]] : []))).toEqual([
      ['a', 0],
      ['b', 4_000],
      ['c', 8_000],
    ]);
    expect(new Set(ids)).toEqual(new Set(['a', 'b', 'c', 'x', 'y']));
  });

  it('is made of repeats alone if there is nothing new', async () => {
    expect(await piled(3, [], ['x', 'y'])).toEqual(['x', 'y', 'x']);
  });
});
