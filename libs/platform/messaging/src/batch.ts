import { Payload } from '@nestjs/microservices';
import type { Transaction } from '@tessera/platform-database';

export type Origin = Readonly<{ topic: string; partition: number; offset: number }>;

/** An event as a handler sees it: validated, normalised, known to be no older than what was handled before. */
export type Received<Data> = Readonly<{
  id: string;
  type: string;
  source: string;
  /** When the producer says it happened. */
  time: Date;
  subject?: string;
  traceparent?: string;
  data: Data;
  /** SHA-256 of the canonical validated data: equal for copies of one fact, however they were sent. */
  contentHash: Buffer;
  origin: Origin;
  /** When the log took it; the same for every service and every replay. */
  appendedAt: Date;
}>;

/**
 * A key that the producer erased. To be applied before the batch's events, of which none of that key is older. It carries no number, so
 * it does not keep an older event out that is replayed later: an event of the erasure (`member.erased`) does.
 */
export type Tombstone = Readonly<{ key: string; origin: Origin; appendedAt: Date }>;

/** Why an event cannot be taken, now or ever: a stable code and a sentence for the person who reads the dead letter. */
export type Refusal = Readonly<{ code: string; detail: string }>;

/** Events of one topic and partition, in order, and the transaction in which all their effects belong. */
export type Batch<Data> = Readonly<{
  tx: Transaction;
  events: readonly Received<Data>[];
  /** At most one a key. Always empty where the contract declares none; a handler of one that does may be called with these alone. */
  tombstones: readonly Tombstone[];
  /** Sends one event to the dead letters and lets the rest of the batch go on. */
  refuse(event: Received<Data>, refusal: Refusal): void;
  /** Notes facts whose number another key has too: other facts, but worth a look. Counted once the batch is committed. */
  noteSharedNumbers(count: number): void;
}>;

/** Thrown by a handler to refuse the event it was working on. In a batch of several the culprit is then looked for. */
export class Refused extends Error {
  override readonly name = 'Refused';

  constructor(
    readonly code: string,
    readonly detail: string,
  ) {
    super(`${code}: ${detail}`);
  }
}

/** The parameter of an `@EventPattern` method that receives the `Batch`. */
export const FromLog = (): ParameterDecorator => Payload();
