import { consumers, consumersOf, contractFor, contracts, deadLetterTopic, topicSpecs } from './catalogue.js';

const DAY_MS = 86_400_000;

describe('catalogue', () => {
  it('finds a contract by its topic', () => {
    for (const contract of contracts) expect(contractFor(contract.topic)).toBe(contract);
    expect(new Set(contracts.map(({ topic }) => topic)).size).toBe(contracts.length);
    expect(contractFor('purchase.voided')).toBeUndefined();
    expect(contractFor('constructor')).toBeUndefined();
  });

  it('names consumers of known topics only, never the producer itself', () => {
    for (const [topic, services] of consumers) {
      const producer = contractFor(topic)?.producer;
      expect(producer).toBeDefined();
      expect(services).not.toContain(producer);
    }
    expect(consumersOf('purchase.created')).toEqual(['membership', 'ledger', 'segmentation', 'recommendation']);
    expect(consumersOf('message.changed')).toEqual([]);
  });

  it('gives all topics, each with the dead letters of its consumers', () => {
    const specs = topicSpecs({ partitions: 12 });
    const find = (topic: string) => specs.find((spec) => spec.topic === topic);

    expect(find('purchase.created')).toEqual({
      topic: 'purchase.created',
      partitions: 12,
      cleanup: 'delete',
      retentionMs: null,
    });
    expect(find('tier.changed')).toMatchObject({ cleanup: 'compact', retentionMs: null });
    expect(find(deadLetterTopic('tier.changed', 'ledger'))).toEqual({
      topic: 'tier.changed.dlq.ledger',
      partitions: 12,
      cleanup: 'delete',
      retentionMs: 100 * DAY_MS,
    });
    expect(find('points.changed.dlq.ledger')).toBeUndefined();
    expect(new Set(specs.map(({ topic }) => topic)).size).toBe(specs.length);
    expect(specs).toHaveLength(contracts.length + [...consumers.values()].flat().length);
  });

  it('compacts a topic only if the last record of a key says all that is known of the key', () => {
    const field: unknown = new Proxy({}, { get: (_, name) => String(name) });
    for (const { topic, key, identity } of contracts.filter(({ keep }) => keep === 'compacted')) {
      if (identity.kind === 'state') expect([topic, identity.of(field)]).toEqual([topic, key(field)]);
      // Numbered by the shop, and each version carries the whole article.
      else expect([topic, key(field)]).toEqual(['catalog.item-changed', 'sku']);
    }
  });

  it('knows tombstones only where the log forgets by key', () => {
    const erasable = contracts.filter(({ tombstone }) => tombstone === 'erases');
    expect(erasable.map(({ topic, keep }) => [topic, keep])).toEqual([['member.contact-changed', 'compacted']]);
  });
});
