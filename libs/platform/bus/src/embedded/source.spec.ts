import type { Catalogue, Partition } from './catalogue.js';
import { Source } from './source.js';

const partition: Partition = { id: 1, topic: 'topic', partition: 0 };

/** A partition that ends at 10 and whose records are all gone. */
function anEmptiedPartition() {
  const strayed: number[] = [];
  const catalogue = { endOf: () => 10, refresh: () => Promise.resolve(), raise: () => undefined };
  const context = {
    catalogue: catalogue as unknown as Catalogue,
    recordsMax: 100,
    bytesMax: 100,
    backOffMs: { first: 10, max: 100 },
    read: () => Promise.resolve([]),
    commit: () => undefined,
    strayed: (_: Partition, position: number) => strayed.push(position),
  };
  return { strayed, source: (next: number) => new Source(partition, next, context) };
}

describe('a source', () => {
  it('rests once it has read to the end, even where nothing was left to read', async () => {
    const source = anEmptiedPartition().source(3);
    expect(source.dueAt()).toBe(0);

    expect(await source.take()).toBeUndefined();

    expect(source.dueAt()).toBe(Infinity);
  });

  it('says that its position lay beyond the end, once', async () => {
    const { source, strayed } = anEmptiedPartition();
    const lost = source(11);

    await lost.take();
    await lost.take();

    expect(strayed).toEqual([11]);
    expect(lost.dueAt()).toBe(Infinity);
  });

  it('waits longer after each failure, up to a limit, and not at all after a success', () => {
    const source = anEmptiedPartition().source(0);
    for (const longest of [10, 20, 40, 80, 100, 100]) {
      const before = performance.now();
      source.fail();
      expect(source.dueAt()).toBeGreaterThanOrEqual(before + longest);
      expect(source.dueAt()).toBeLessThanOrEqual(performance.now() + longest);
    }

    source.settle({ kind: 'done', next: 5 }, { from: 0, records: [], next: 5 });
    expect(source.dueAt()).toBe(0);
  });
});
