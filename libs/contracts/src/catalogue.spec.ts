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
    expect(consumersOf('purchase.created')).toEqual(['membership', 'ledger', 'segmentation']);
    expect(consumersOf('points.changed')).toEqual([]);
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

  it('compacts a topic only if its state key is its Kafka key', () => {
    for (const { keep, identity } of contracts) if (keep === 'compacted') expect(identity.kind).toBe('state');
  });
});
