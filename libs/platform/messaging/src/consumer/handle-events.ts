import type { EventContract } from '@tessera/contracts';
import { isStatementTimeout, isTransient, rows, type Transaction } from '@tessera/platform-database';
import { ServiceInUpkeep } from '../upkeep/errors.js';
import { type Batch, type Received, type Refusal, Refused } from '../batch.js';
import type { DeadLetter } from '../dead-letters/dead-letter.js';
import type { CircuitBreaker } from './circuit-breaker.js';
import type { BatchHandler } from './handlers.js';
import { type Erasing, type Item, type Readable, stateKey, versionOf } from './read-batch.js';

const ATTEMPTS_ALONE = 3;

/** The breaker opened: not these events are bad but, most likely, this deploy. The batch is rolled back and the partition pauses. */
export class PartitionPaused extends Error {
  override readonly name = 'PartitionPaused';
}

export type Handled = Readonly<{ deadLetters: readonly DeadLetter[]; outdated: number; sharedNumbers: number }>;

const NOTHING: Handled = { deadLetters: [], outdated: 0, sharedNumbers: 0 };

type Work = Readonly<{
  tx: Transaction;
  contract: EventContract<unknown>;
  handler: BatchHandler;
  breaker: CircuitBreaker;
  onRetry(): void;
}>;

/** Hands all events at once. Any error leaves the transaction unusable; the caller rolls back and may isolate. */
export async function handleTogether(work: Work, items: readonly Item[]): Promise<Handled> {
  if (items.length === 0) return NOTHING;
  const readable = items.filter(isEvent);
  const erasing = items.filter(isErasing);
  const taken = await takeNewer(work, readable);
  const refused = new Map<Received<unknown>, Refusal>();
  let sharedNumbers = 0;
  const batch: Batch<unknown> = {
    tx: work.tx,
    events: taken.map(({ event }) => event),
    tombstones: erasing.map(({ tombstone }) => tombstone),
    refuse: (event, refusal) => void refused.set(event, refusal),
    noteSharedNumbers: (count) => void (sharedNumbers += count),
  };
  if (taken.length + erasing.length > 0) await work.handler(batch);

  const deadLetters = taken.flatMap(({ event, record }) => {
    const refusal = refused.get(event);
    return refusal ? [{ record, ...refusal, unforeseen: false }] : [];
  });
  return { deadLetters, outdated: readable.length - taken.length, sharedNumbers };
}

const isEvent = (item: Item): item is Readable => 'event' in item;
const isErasing = (item: Item): item is Erasing => 'tombstone' in item;

/** Finds the events that cannot be handled by halving, each half under a savepoint, and makes them dead letters; all others take effect. */
export async function handleIsolated(work: Work, items: readonly Item[]): Promise<Handled> {
  try {
    const handled = await underSavepoint(work.tx, () => handleTogether(work, items));
    work.breaker.succeeded(items.length);
    return handled;
  } catch (error) {
    const [only] = items;
    if (!only || mustRollBack(error)) throw error;
    if (items.length === 1) return handleAlone(work, only, error);
  }
  work.onRetry();
  const middle = items.length >> 1;
  const first = await handleIsolated(work, items.slice(0, middle));
  const second = await handleIsolated(work, items.slice(middle));
  return {
    deadLetters: [...first.deadLetters, ...second.deadLetters],
    outdated: first.outdated + second.outdated,
    sharedNumbers: first.sharedNumbers + second.sharedNumbers,
  };
}

async function handleAlone(work: Work, item: Item, firstError: unknown): Promise<Handled> {
  let error = firstError;
  for (let attempt = 2; attempt <= ATTEMPTS_ALONE && !(error instanceof Refused); attempt += 1) {
    work.onRetry();
    try {
      const handled = await underSavepoint(work.tx, () => handleTogether(work, [item]));
      work.breaker.succeeded(1);
      return handled;
    } catch (next) {
      if (mustRollBack(next)) throw next;
      error = next;
    }
  }
  const unforeseen = !(error instanceof Refused);
  if (work.breaker.note(unforeseen)) {
    throw new PartitionPaused(`too many events fail; the last with: ${reasonOf(error)}`, { cause: error });
  }
  const { code, detail } = error instanceof Refused ? error : { code: codeOf(error), detail: reasonOf(error) };
  return { ...NOTHING, deadLetters: [{ record: item.record, code, detail, unforeseen }] };
}

/** Of states, those newer than what was taken before, which is noted in the same step; of other events, all. */
async function takeNewer(work: Work, readable: readonly Readable[]): Promise<readonly Readable[]> {
  const { contract, tx } = work;
  if (contract.identity.kind !== 'state' || readable.length === 0) return readable;
  const byKey = new Map(readable.map((one) => [stateKey(contract, one.event.data), one]));
  const sorted = [...byKey].sort(([a], [b]) => (a < b ? -1 : 1));
  const advanced = await rows<{ state_key: string }>(
    tx,
    `INSERT INTO state_versions (topic, state_key, epoch, sequence)
     SELECT $1, * FROM unnest($2::text[], $3::bigint[], $4::bigint[])
     ON CONFLICT (topic, state_key) DO UPDATE SET epoch = excluded.epoch, sequence = excluded.sequence
      WHERE (state_versions.epoch, state_versions.sequence) < (excluded.epoch, excluded.sequence)
     RETURNING state_key`,
    [
      contract.topic,
      sorted.map(([key]) => key),
      sorted.map(([, { event }]) => versionOf(event.data).epoch),
      sorted.map(([, { event }]) => versionOf(event.data).sequence),
    ],
  );
  const newer = new Set(advanced.map(({ state_key }) => state_key));
  return readable.filter(({ event }) => newer.has(stateKey(contract, event.data)));
}

async function underSavepoint<T>(tx: Transaction, work: () => Promise<T>): Promise<T> {
  await rows(tx, 'SAVEPOINT isolated');
  try {
    const result = await work();
    await rows(tx, 'RELEASE SAVEPOINT isolated');
    return result;
  } catch (error) {
    // When the connection itself is gone this fails too; the first error tells more.
    await rows(tx, 'ROLLBACK TO SAVEPOINT isolated').catch(() => undefined);
    throw error;
  }
}

/** A passing fault is nobody's fault. A statement time-out is that of the events at hand, and of a single one in the end. */
function mustRollBack(error: unknown): boolean {
  return (
    error instanceof PartitionPaused ||
    error instanceof ServiceInUpkeep ||
    (isTransient(error) && !isStatementTimeout(error))
  );
}

const codeOf = (error: unknown): string =>
  typeof (error as { code?: unknown } | null)?.code === 'string' ? (error as { code: string }).code : 'handler-failed';

const reasonOf = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : String(error);
