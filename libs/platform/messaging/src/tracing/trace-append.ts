import type { NewRecord } from '@tessera/platform-bus';
import { failed, SpanKind, type Tracing } from '@tessera/platform-tracing';

type Sent = { topic: string; parent: string; count: number };

/** Puts records on the log, with a span in each trace that they belong to, one a topic: it ends when all of them are durable. */
export async function traceAppend(
  tracing: Tracing,
  records: readonly NewRecord[],
  append: () => Promise<void>,
): Promise<void> {
  if (!tracing.isOn) return append();
  const spans = sentIn(records).map(({ topic, parent, count }) =>
    tracing.start(`send ${topic}`, {
      kind: SpanKind.PRODUCER,
      parent,
      attributes: {
        ...tracing.logAttributes,
        'messaging.operation.name': 'send',
        'messaging.operation.type': 'send',
        'messaging.destination.name': topic,
        'messaging.batch.message_count': count,
      },
    }),
  );
  try {
    await append();
  } catch (error) {
    for (const span of spans) failed(span, error);
    throw error;
  } finally {
    for (const span of spans) span.end();
  }
}

function sentIn(records: readonly NewRecord[]): readonly Sent[] {
  const sent = new Map<string, Sent>();
  for (const { topic, headers } of records) {
    const parent = headers['traceparent'];
    if (parent === undefined) continue;
    const known = sent.get(`${parent} ${topic}`);
    if (known) known.count += 1;
    else sent.set(`${parent} ${topic}`, { topic, parent, count: 1 });
  }
  return [...sent.values()];
}
