import { purchaseCreated, purchaseRefunded } from '@tessera/contracts';
import type { Shop, ShopPurchase, ShopRefund } from '../shop.js';

export type OutgoingEvent = Readonly<{ type: string; data: ShopPurchase | ShopRefund }>;

/** As the tills would have sent them: by their own time, and after all of these the ones that were late. */
export function eventsInTime({ purchases, refunds, late }: Shop): OutgoingEvent[] {
  const events = [
    ...purchases.map((data) => ({ type: purchaseCreated.topic, data, at: data.purchasedAt, id: data.purchaseId })),
    ...refunds.map((data) => ({ type: purchaseRefunded.topic, data, at: data.refundedAt, id: data.refundId })),
  ];
  const rank = ({ id }: { id: string }): number => Number(late.has(id));
  events.sort((a, b) => rank(a) - rank(b) || compare(a.at, b.at) || compare(a.type, b.type) || compare(a.id, b.id));
  return events.map(({ type, data }) => ({ type, data }));
}

/** All our instants are UTC with milliseconds, so that their texts sort as they do. */
function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

export type EventBatch = Readonly<{ events: readonly OutgoingEvent[]; json: string }>;
export type BatchLimits = Readonly<{ eventsMax: number; bytesMax: number }>;

/** Well below what the collector takes (1,000 events, 16 MiB), so that no batch is ever cut. */
export const BATCH_LIMITS: BatchLimits = { eventsMax: 1_000, bytesMax: 8 * 1024 * 1024 };

/** JSON arrays within both limits; one event that alone is larger goes alone. */
export function* inBatches(
  events: readonly OutgoingEvent[],
  { eventsMax, bytesMax }: BatchLimits = BATCH_LIMITS,
): Generator<EventBatch> {
  let batch: OutgoingEvent[] = [];
  let texts: string[] = [];
  let bytes = 1;
  for (const event of events) {
    const text = JSON.stringify(event);
    const size = Buffer.byteLength(text) + 1;
    if (batch.length > 0 && (batch.length === eventsMax || bytes + size > bytesMax)) {
      yield { events: batch, json: `[${texts.join(',')}]` };
      batch = [];
      texts = [];
      bytes = 1;
    }
    batch.push(event);
    texts.push(text);
    bytes += size;
  }
  if (batch.length > 0) yield { events: batch, json: `[${texts.join(',')}]` };
}
