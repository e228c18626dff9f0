import type { EventContract, ServiceName } from '@tessera/contracts';
import type { RecordBatch } from '@tessera/platform-bus';
import { type Causes, failed, type Span, SpanKind, traceparentOf, type Tracing } from '@tessera/platform-tracing';
import type { Item } from '../consumer/read-batch.js';

/** One attempt at a batch, as the traces of its events see it. */
export interface BatchTrace {
  /** While the handler works, what it adds to the outbox for a member goes on in the trace of that member's event. */
  handling<T>(contract: EventContract<unknown>, items: readonly Item[], handle: () => Promise<T>): Promise<T>;
}

const untraced: BatchTrace = { handling: (_contract, _items, handle) => handle() };

type Work<T> = (traced: BatchTrace) => Promise<T>;

/**
 * A span for the attempt, from its beginning to its commit, and in each trace that the events come from a span beside it, linked with
 * it. Events that come from no trace go on in that of the attempt.
 */
export function traceBatch<T>(tracing: Tracing, group: ServiceName, batch: RecordBatch, work: Work<T>): Promise<T> {
  if (!tracing.isOn) return work(untraced);
  const { topic, partition, records } = batch;
  const attributes = {
    ...tracing.logAttributes,
    'messaging.operation.name': 'process',
    'messaging.operation.type': 'process',
    'messaging.destination.name': topic,
    'messaging.destination.partition.id': String(partition),
    'messaging.consumer.group.name': group,
  };
  const links = [...new Set(records.flatMap(({ headers }) => headers['traceparent'] ?? []))];
  const whole = { ...attributes, 'messaging.batch.message_count': records.length };
  return tracing.span(`process batch of ${topic}`, { kind: SpanKind.CONSUMER, attributes: whole, links }, (span) =>
    endingAll((spans) =>
      work({
        handling(contract, items, handle) {
          const link = traceparentOf(span.spanContext());
          const own = new Map<string, string>();
          for (const [parent, count] of parentsOf(items)) {
            const one = tracing.start(`process ${topic}`, {
              kind: SpanKind.CONSUMER,
              parent,
              attributes: { ...attributes, 'messaging.batch.message_count': count },
              links: [link],
            });
            spans.push(one);
            own.set(parent, traceparentOf(one.spanContext()));
          }
          return tracing.onBehalfOf(causesOf(contract, items, own), handle);
        },
      }),
    ),
  );
}

/** Spans that are begun on the way end with the work, and fail with it. */
async function endingAll<T>(work: (spans: Span[]) => Promise<T>): Promise<T> {
  const spans: Span[] = [];
  try {
    return await work(spans);
  } catch (error) {
    for (const span of spans) failed(span, error);
    throw error;
  } finally {
    for (const span of spans) span.end();
  }
}

/** The traces that the events come from, each with how many do. */
function parentsOf(items: readonly Item[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) {
    const parent = 'event' in item ? item.event.traceparent : undefined;
    if (parent !== undefined) counts.set(parent, (counts.get(parent) ?? 0) + 1);
  }
  return counts;
}

/** Of several events about one subject, the last is what it goes on from. */
function causesOf(contract: EventContract<unknown>, items: readonly Item[], own: ReadonlyMap<string, string>): Causes {
  const causes = new Map<string, string>();
  for (const item of items) {
    if (!('event' in item)) continue;
    const cause = own.get(item.event.traceparent ?? '');
    if (cause !== undefined) causes.set(contract.key(item.event.data), cause);
  }
  return causes;
}
