import type { Progress } from '@tessera/platform-messaging';
import { Metrics } from './metrics.js';
import { joinMetrics } from './metrics-text.js';

const progress: Progress = {
  service: 'ledger',
  handled: 10,
  lag: 3,
  lagByTopic: { 'purchase.created': 3 },
  outbox: 2,
  outboxAgeSeconds: 1.5,
  parked: [{ waitsFor: 'registration', count: 4, oldestAt: new Date('2026-01-01T00:00:00Z') }],
  work: 5,
  deadLetters: 6,
  exitsAppliedUntil: new Date('2026-01-01T00:01:00Z'),
  nextExit: null,
};

describe('Metrics', () => {
  it('counts what happens and sets levels from progress', async () => {
    const metrics = new Metrics('ledger');
    metrics.handled('purchase.created', 'handled', 7);
    metrics.sharedNumbers('purchase.created', 2);
    metrics.retried('purchase.created');
    metrics.relayed(9);
    metrics.handlerSeconds('purchase.created', 0.02);
    metrics.answered('GET', '/ledger/v1/members/:id', 200, 0.003);
    metrics.setLevels(progress);
    const text = await metrics.registry.metrics();
    for (const line of [
      'tessera_events_total{topic="purchase.created",outcome="handled",service="ledger"} 7',
      'tessera_shared_numbers_total{topic="purchase.created",service="ledger"} 2',
      'tessera_event_retries_total{topic="purchase.created",service="ledger"} 1',
      'tessera_outbox_published_total{service="ledger"} 9',
      'tessera_handler_seconds_count{service="ledger",topic="purchase.created"} 1',
      'tessera_lag_events{service="ledger"} 3',
      'tessera_topic_lag_events{topic="purchase.created",service="ledger"} 3',
      'tessera_outbox_age_seconds{service="ledger"} 1.5',
      'tessera_dead_letters{service="ledger"} 6',
      'tessera_work_members{service="ledger"} 5',
      'tessera_parked_facts{waits_for="registration",service="ledger"} 4',
      'tessera_parked_age_seconds{waits_for="registration",service="ledger"} 60',
      'tessera_levels_readable{service="ledger"} 1',
    ]) {
      expect(text).toContain(line);
    }
  });

  it('leaves out levels that cannot be read, and what is parked no longer', async () => {
    const metrics = new Metrics('ledger');
    metrics.setLevels(progress);
    metrics.setLevels({ ...progress, parked: [] });
    expect(await metrics.registry.metrics()).not.toContain('tessera_parked_facts{');
    metrics.setLevels(null);
    const text = await metrics.registry.metrics();
    expect(text).not.toContain('tessera_lag_events{');
    expect(text).toContain('tessera_levels_readable{service="ledger"} 0');
  });
});

describe('Metrics of a process', () => {
  it('counts from 0 over each topic that it hears', async () => {
    const text = await new Metrics('ledger', ['purchase.created']).registry.metrics();
    expect(text).toContain('tessera_event_retries_total{topic="purchase.created",service="ledger"} 0');
    expect(text).toContain('tessera_events_total{topic="purchase.created",outcome="dead-letter",service="ledger"} 0');
  });

  it('has levels of its own, unless it neither hears nor publishes', async () => {
    const metrics = new Metrics('ledger');
    metrics.setOwn({ paused: 2, isRelayLeader: true });
    expect(await metrics.registry.metrics()).toMatch(
      /^tessera_paused_partitions\{service="ledger"\} 2$[^]*^tessera_relay_leader\{service="ledger"\} 1$/m,
    );
    metrics.setOwn(null);
    expect(await metrics.registry.metrics()).not.toMatch(/^tessera_(paused_partitions|relay_leader)\{/m);
  });

  it('reads a level of a service at each scrape', async () => {
    const metrics = new Metrics('ledger');
    let value = 0;
    metrics.gauge('tessera_ledger_x', 'x', { read: async (gauge) => gauge.set((value += 1)) });
    await metrics.registry.metrics();
    expect(await metrics.registry.metrics()).toContain('tessera_ledger_x{service="ledger"} 2');
  });
});

describe('joinMetrics', () => {
  it('has each family once, with the samples of all', async () => {
    const of = async (service: string): Promise<string> => {
      const metrics = new Metrics(service);
      metrics.setLevels(progress);
      metrics.handlerSeconds('t', 0.01);
      return metrics.registry.metrics();
    };
    const text = joinMetrics([await of('ledger'), await of('membership'), '']);
    expect(text.match(/# TYPE tessera_lag_events gauge/g)).toHaveLength(1);
    expect(text).toContain('tessera_lag_events{service="ledger"} 3\ntessera_lag_events{service="membership"} 3');
    const heads = text.split('\n').filter((line) => line.startsWith('# TYPE'));
    expect(new Set(heads).size).toBe(heads.length);
    expect(text).toMatch(/tessera_handler_seconds_bucket\{le="0.01",service="membership"/);
    expect(text.endsWith('\n')).toBe(true);
    expect(text).not.toContain('\n\n');
  });
});
