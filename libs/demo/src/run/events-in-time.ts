import { behaviorRecorded, catalogItemChanged, purchaseCreated, purchaseRefunded } from '@tessera/contracts';
import type { Shop, ShopArticle, ShopBehavior, ShopPurchase, ShopRefund } from '../shop.js';

export type OutgoingEvent = Readonly<{
  type: string;
  data: ShopPurchase | ShopRefund | ShopArticle | ShopBehavior;
  /** By these a repeated signal is known. A fact is known by its own number, whatever the message is called. */
  id?: string;
  source?: string;
}>;

const SOURCE = 'urn:tessera:demo';

/** What the shop has to sell; it says so before anybody buys. */
export const catalogueEvents = ({ articles }: Shop): OutgoingEvent[] =>
  articles.map((data) => ({ type: catalogItemChanged.topic, data }));

/** As the tills would have sent them: by their own time, and after all of these the ones that were late. */
export function eventsInTime({ purchases, refunds, behaviors, late }: Shop): OutgoingEvent[] {
  const events = [
    ...behaviors.map((data) => ({ type: behaviorRecorded.topic, data, at: data.occurredAt, id: data.behaviorId })),
    ...purchases.map((data) => ({ type: purchaseCreated.topic, data, at: data.purchasedAt, id: data.purchaseId })),
    ...refunds.map((data) => ({ type: purchaseRefunded.topic, data, at: data.refundedAt, id: data.refundId })),
  ];
  const rank = ({ id }: { id: string }): number => Number(late.has(id));
  events.sort((a, b) => rank(a) - rank(b) || compare(a.at, b.at) || compare(a.type, b.type) || compare(a.id, b.id));
  return events.map(({ type, data, id }) => ({
    type,
    data,
    ...(type === behaviorRecorded.topic && { id, source: SOURCE }),
  }));
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
