import type { Shop } from '../shop.js';
import { eventsInTime, inBatches } from './events-in-time.js';
import { idOf } from './fake-system.features.js';

const purchase = (purchaseId: string, purchasedAt: string, name = 'x') => ({
  purchaseId,
  memberId: 'm',
  purchasedAt,
  currency: 'EUR',
  totalMinor: 1,
  lines: [{ sku: 's', name, quantity: 1, unitPriceMinor: 1 }],
});
const shop = (late: string[] = []): Shop => ({
  currency: 'EUR',
  members: ['m'],
  refusing: new Set(),
  articles: [],
  behaviors: [],
  purchases: [
    purchase('c', '2026-01-03T00:00:00.000Z'),
    purchase('b', '2026-01-01T00:00:00.000Z'),
    purchase('a', '2026-01-01T00:00:00.000Z'),
  ],
  refunds: [{ refundId: 'r', purchaseId: 'a', memberId: 'm', refundedAt: '2026-01-01T00:00:00.000Z', whole: true }],
  late: new Set(late),
  skipped: 0,
  shiftDays: 0,
});
const ids = (some: Shop) => eventsInTime(some).map(idOf);

describe('outgoing events', () => {
  it('go by time, purchases before refunds of the same instant, and late ones last', () => {
    expect(ids(shop())).toEqual(['a', 'b', 'r', 'c']);
    expect(ids(shop(['a']))).toEqual(['b', 'r', 'c', 'a']);
  });

  it('have what was looked at in its place, a signal with the id by which a repeat is known', () => {
    const at = '2026-01-02T00:00:00.000Z';
    const behavior = {
      behaviorId: 'look',
      memberId: 'm',
      kind: 'view' as const,
      sku: 's',
      occurredAt: at,
      channel: 'web',
    };
    const events = eventsInTime({ ...shop(), behaviors: [behavior] });

    expect(events.map(idOf)).toEqual(['a', 'b', 'r', 'look', 'c']);
    expect(events[3]).toEqual({ type: 'behavior.recorded', id: 'look', source: 'urn:tessera:demo', data: behavior });
    expect(Object.keys(events[0] ?? {})).toEqual(['type', 'data']);
  });

  it('are cut into batches by number and by bytes of UTF-8, losing none', () => {
    const events = eventsInTime(shop());
    const sizes = (limits: { eventsMax: number; bytesMax: number }) =>
      [...inBatches(events, limits)].map((batch) => batch.events.length);
    const all = Buffer.byteLength(JSON.stringify(events));

    expect(sizes({ eventsMax: 3, bytesMax: 1e6 })).toEqual([3, 1]);
    expect(sizes({ eventsMax: 9, bytesMax: all })).toEqual([4]);
    expect(sizes({ eventsMax: 9, bytesMax: all - 1 })).toEqual([3, 1]);
    expect(sizes({ eventsMax: 9, bytesMax: 1 })).toEqual([1, 1, 1, 1]);
    expect(sizes({ eventsMax: 4, bytesMax: 1e6 })).toEqual([4]);
    for (const { json, events: some } of inBatches(events, { eventsMax: 3, bytesMax: 1e6 }))
      expect(JSON.parse(json)).toEqual(some);
    expect([...inBatches([])]).toEqual([]);
  });

  it('count bytes, not characters', () => {
    const events = [purchase('a', '', 'é'.repeat(500)), purchase('b', '', 'é'.repeat(500))].map((data) => ({
      type: 'purchase.created' as const,
      data,
    }));
    expect([...inBatches(events, { eventsMax: 9, bytesMax: 1_800 })]).toHaveLength(2);
  });
});
