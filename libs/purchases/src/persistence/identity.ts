import type { Batch, Received } from '@tessera/platform-messaging';

const DAY_MS = 86_400_000;

/** A fact is known by its member and its own number; neither holds a NUL, which PostgreSQL does not store. */
export const factKey = (memberId: string, number: string): string => `${memberId}\u0000${number}`;

/** Facts dated more than 24 h after the log took them are refused: by the log's time, so that every replay decides alike. */
export function refuseTooFarAhead<Data>(batch: Batch<Data>, dateOf: (data: Data) => string): readonly Received<Data>[] {
  return batch.events.filter((event) => {
    const date = dateOf(event.data);
    if (Date.parse(date) <= event.appendedAt.getTime() + DAY_MS) return true;
    const appended = event.appendedAt.toISOString();
    batch.refuse(event, {
      code: 'too-far-ahead',
      detail: `dated ${date}, more than 24 h after it was received (${appended})`,
    });
    return false;
  });
}

/**
 * The facts to be kept: of each number the first in the order of the log, unless one is stored already. Copies of the one that
 * stands are passed over; those of other content are refused, and the first stands.
 */
export function firstOfEach<Data>(
  batch: Batch<Data>,
  events: readonly Received<Data>[],
  keyOf: (data: Data) => string,
  stored: ReadonlyMap<string, Buffer>,
): readonly Received<Data>[] {
  const standing = new Map(stored);
  return events.filter((event) => {
    const key = keyOf(event.data);
    const stands = standing.get(key);
    if (!stands) {
      standing.set(key, event.contentHash);
      return true;
    }
    if (!stands.equals(event.contentHash)) {
      batch.refuse(event, {
        code: 'conflict',
        detail: 'the same number was received before with other content, which stands',
      });
    }
    return false;
  });
}
