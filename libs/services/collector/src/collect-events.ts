import { Inject, Injectable } from '@nestjs/common';
import type { Log, NewRecord } from '@tessera/platform-bus';
import type { Issue } from '@tessera/platform-http';
import { traceAppend } from '@tessera/platform-messaging';
import { Clock, LOG, Logger, Metrics } from '@tessera/platform-service';
import { Tracing } from '@tessera/platform-tracing';
import { v7 as uuidv7 } from 'uuid';
import { LogAway } from './errors.js';
import { readEvent, type ReadEvent } from './read-event.js';

export type EventResult = Readonly<
  { index: number; status: 'accepted' } | { index: number; status: 'refused'; issues: readonly Issue[] }
>;

/** The door's one act: what is valid is put on the log, in the order sent; what is not is told why. */
@Injectable()
export class CollectEvents {
  private readonly counted;

  constructor(
    @Inject(LOG) private readonly log: Log,
    private readonly clock: Clock,
    private readonly logger: Logger,
    private readonly tracing: Tracing,
    metrics: Metrics,
  ) {
    this.counted = metrics.counter('tessera_collector_events_total', 'Events sent to the collector', [
      'type',
      'outcome',
    ]);
  }

  /**
   * Resolves when all that is accepted is durable. An untraced service hands the sender's own trace on. Throws `LogAway`, after which any of
   * them may or may not be on the log.
   */
  async run(sent: readonly unknown[], sendersTrace?: string): Promise<readonly EventResult[]> {
    const traceparent = this.tracing.traceparent() ?? sendersTrace;
    const context = { newId: uuidv7, now: () => this.clock.now(), ...(traceparent !== undefined && { traceparent }) };
    const read = sent.map((event) => readEvent(event, context));
    const records = read.flatMap((event) => (event.ok ? [recordOf(event)] : []));
    if (records.length > 0) await this.append(records);

    for (const event of read) {
      this.counted.inc(
        event.ok ? { type: event.contract.topic, outcome: 'accepted' } : { type: event.type, outcome: 'refused' },
      );
    }
    return read.map((event, index) =>
      event.ok ? { index, status: 'accepted' } : { index, status: 'refused', issues: event.issues },
    );
  }

  private async append(records: readonly NewRecord[]): Promise<void> {
    try {
      await traceAppend(this.tracing, records, () => this.log.append(records));
    } catch (error) {
      this.logger.warn({ err: error, events: records.length }, 'the log did not take events');
      throw new LogAway(error);
    }
  }
}

const recordOf = ({ contract, encoded }: Extract<ReadEvent, { ok: true }>): NewRecord => ({
  topic: contract.topic,
  key: encoded.key,
  value: Buffer.from(encoded.value, 'utf8'),
  headers: encoded.headers,
});
