import { encode, type EventContract } from '@tessera/contracts';
import type { Headers } from '@tessera/platform-bus';
import {
  bigintArray,
  byteaArray,
  rows,
  textArray,
  timestamptzArray,
  type Transaction,
} from '@tessera/platform-database';
import { Tracing } from '@tessera/platform-tracing';
import { InvalidOwnEvent, OutboxSequenceBroken } from './errors.js';
import { eventId } from './event-ids.js';
import { type Failpoints, NO_FAILPOINTS } from './failpoints.js';
import type { Settling } from './subjects.js';
import { PHASE_OF_TRANSACTION } from './upkeep/phase.js';

type Versioned = { epoch: number; sequence: number };

const SETTLES_NOBODY: Settling = { basis: 0, dueAt: new Map() };

/**
 * Events leave a service in no other way: written in the transaction of the change they tell of, published by the relay.
 * What is replayed for a rebuild was told in its time, and is not told again. A row that is still here is not on the log yet.
 * Positions are taken under the member's row lock, so one member's rise as his changes commit.
 */
export class Outbox {
  private readonly tracing: Tracing;
  private readonly failpoints: Failpoints;

  constructor(
    private readonly source: string,
    {
      tracing = Tracing.off,
      failpoints = NO_FAILPOINTS,
    }: Readonly<{ tracing?: Tracing; failpoints?: Failpoints }> = {},
  ) {
    this.tracing = tracing;
    this.failpoints = failpoints;
  }

  /**
   * Adds events of one contract, in order. Whose counter they move is settled in the same step, as `LockedSubjects.settling` says. Throws
   * `InvalidOwnEvent` or `OutboxSequenceBroken`: both are defects, and roll back.
   */
  async add<Data>(
    tx: Transaction,
    contract: EventContract<Data>,
    events: readonly Data[],
    settling: Settling = SETTLES_NOBODY,
  ): Promise<void> {
    if (events.length === 0) return;
    const valid = events.map((event) => this.validated(contract, event));
    if (contract.identity.kind === 'state') await this.advance(tx, contract, valid, settling);

    const time = new Date();
    const { source } = this;
    const records = valid.map((data) => {
      const traced = this.traced(contract.key(data));
      return encode(
        contract,
        data,
        traced ? { id: eventId(), source, time, ...traced } : { id: eventId(), source, time },
      );
    });
    await this.write(tx, contract, records);
  }

  /**
   * Adds null values, by which the log forgets what it holds under these keys. It carries no number: who must act on an erasure hears
   * of it by an event that does. Throws `InvalidOwnEvent` where the contract does not declare tombstones.
   */
  async tombstone<Data>(tx: Transaction, contract: EventContract<Data>, keys: readonly string[]): Promise<void> {
    if (contract.tombstone !== 'erases') throw new InvalidOwnEvent(contract.topic, ['declares no tombstones']);
    if (keys.length === 0) return;

    const time = new Date().toISOString();
    const records = keys.map((key) => ({
      key,
      value: null,
      headers: { ...this.tombstoneHeaders(contract, time), ...this.traced(key) },
    }));
    await this.write(tx, contract, records);
  }

  private traced(subject: string): Readonly<{ traceparent: string }> | undefined {
    const traceparent = this.tracing.traceparent(subject);
    return traceparent === undefined ? undefined : { traceparent };
  }

  private tombstoneHeaders<Data>({ topic }: EventContract<Data>, time: string): Headers {
    return { ce_specversion: '1.0', ce_id: eventId(), ce_type: topic, ce_source: this.source, ce_time: time };
  }

  private async write<Data>(
    tx: Transaction,
    { topic }: EventContract<Data>,
    records: readonly Readonly<{ key: string; value: string | null; headers: Headers }>[],
  ): Promise<void> {
    await rows(
      tx,
      `INSERT INTO outbox (topic, key, headers, value)
       SELECT $1, u.key, u.headers::jsonb, u.value
         FROM unnest($2::text[], $3::text[], $4::bytea[]) WITH ORDINALITY AS u(key, headers, value, place)
        WHERE ${PHASE_OF_TRANSACTION} IS DISTINCT FROM 'replaying'
        ORDER BY u.place`,
      [
        topic,
        textArray(records.map(({ key }) => key)),
        textArray(records.map(({ headers }) => JSON.stringify(headers))),
        byteaArray(records.map(({ value }) => value)),
      ],
    );
    this.failpoints.reached('outbox.added', { topic, count: records.length });
  }

  private validated<Data>(contract: EventContract<Data>, event: Data): Data {
    const parsed = contract.parse(event);
    if (!parsed.ok) throw new InvalidOwnEvent(contract.topic, parsed.issues);
    return parsed.data;
  }

  /** Each subject's numbers must follow its counter without a gap; the counter moves on with them. */
  private async advance<Data>(
    tx: Transaction,
    contract: EventContract<Data>,
    events: readonly Data[],
    { basis, dueAt }: Settling,
  ): Promise<void> {
    const spans = new Map<string, { first: number; last: number }>();
    for (const event of events) {
      const { sequence } = event as Data & Versioned;
      const subject = contract.key(event);
      const span = spans.get(subject);
      if (span && sequence !== span.last + 1) {
        throw new OutboxSequenceBroken(`${contract.topic} of ${subject}: ${sequence} after ${span.last}`);
      }
      spans.set(subject, { first: span?.first ?? sequence, last: sequence });
    }
    const subjects = [...spans.keys()];
    const moved = await rows<{ subject: string }>(
      tx,
      `UPDATE subjects s
          SET sequence = u.last,
              due_at = CASE WHEN u.settles THEN u.due_at ELSE s.due_at END,
              basis = CASE WHEN u.settles THEN $6 ELSE s.basis END
         FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::timestamptz[], $5::boolean[])
           AS u(subject, first, last, due_at, settles)
        WHERE s.subject = ANY ($1::text[]) AND s.subject = u.subject AND s.sequence = u.first - 1
       RETURNING s.subject`,
      [
        textArray(subjects),
        bigintArray([...spans.values()].map(({ first }) => first)),
        bigintArray([...spans.values()].map(({ last }) => last)),
        timestamptzArray(subjects.map((subject) => dueAt.get(subject) ?? null)),
        subjects.map((subject) => dueAt.has(subject)),
        basis,
      ],
    );
    if (moved.length === spans.size) return;

    const ok = new Set(moved.map(({ subject }) => subject));
    const broken = [...spans].find(([subject]) => !ok.has(subject));
    throw new OutboxSequenceBroken(`${contract.topic} of ${broken?.[0]}: ${broken?.[1].first} is not the next number`);
  }
}
