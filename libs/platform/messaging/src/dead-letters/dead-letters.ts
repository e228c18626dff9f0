import type { Headers, Log, LogRecord } from '@tessera/platform-bus';
import { rows, type Transaction } from '@tessera/platform-database';
import type { DataSource } from 'typeorm';
import type { BatchConsumer } from '../consumer/consume-batch.js';
import { DeadLetterClosed, DeadLetterNotFound, DeadLetterNotReplayed } from './errors.js';

export type DeadLetterStatus = 'open' | 'replayed' | 'discarded';

export type StoredDeadLetter = Readonly<{
  id: string;
  topic: string;
  partition: number;
  offset: number;
  key: string | null;
  code: string;
  detail: string;
  status: DeadLetterStatus;
  attempts: number;
  valueBytes: number;
  createdAt: Date;
  closedAt: Date | null;
}>;

export type ShownDeadLetter = StoredDeadLetter &
  Readonly<{ headers: Headers; value: string | null; truncated: boolean }>;

type Parts = Readonly<{ dataSource: DataSource; consumer: BatchConsumer; log: Log }>;

type FullRow = StoredDeadLetter & { headers: Headers; value: Buffer | null; appendedAt: Date };

const COLUMNS = `id, topic, partition, "offset", key, code, detail, status, attempts, value_bytes AS "valueBytes",
                 created_at AS "createdAt", closed_at AS "closedAt"`;

/** What an operator does with dead letters. A replay hands the event to this service alone; nobody else hears of it. */
export class DeadLetters {
  constructor(private readonly parts: Parts) {}

  /** By age, oldest first; `after` is the id of the last one of the page before. */
  async list(page: { status?: DeadLetterStatus; limit: number; after?: string }): Promise<readonly StoredDeadLetter[]> {
    return rows<StoredDeadLetter>(
      this.parts.dataSource.manager,
      `SELECT ${COLUMNS} FROM dead_letters
        WHERE ($1::text IS NULL OR status = $1) AND ($2::uuid IS NULL OR id > $2) ORDER BY id LIMIT $3`,
      [page.status ?? null, page.after ?? null, page.limit],
    );
  }

  /** Throws `DeadLetterNotFound`. */
  async show(id: string): Promise<ShownDeadLetter> {
    const { value, appendedAt: _, ...letter } = await this.find(this.parts.dataSource.manager, id, '');
    return { ...letter, value: value?.toString('utf8') ?? null, truncated: letter.valueBytes > (value?.length ?? 0) };
  }

  /** Throws `DeadLetterNotFound`, `DeadLetterClosed`, or `DeadLetterNotReplayed` with the reason why it still cannot be taken. */
  async replay(id: string): Promise<void> {
    try {
      await this.parts.dataSource.transaction(async (tx) => {
        const letter = await this.find(tx, id, 'FOR UPDATE');
        if (letter.status !== 'open') throw new DeadLetterClosed(id, letter.status);

        const { refused } = await this.parts.consumer.replay(tx, await this.wholeRecord(letter));
        if (refused) throw new DeadLetterNotReplayed(id, refused.code, refused.detail);
        await this.close(tx, id, 'replayed');
      });
    } catch (error) {
      if (error instanceof DeadLetterNotReplayed) await this.noteAttempt(error);
      throw error;
    }
  }

  /** Gives an event up for good. Throws `DeadLetterNotFound` or `DeadLetterClosed`. */
  async discard(id: string): Promise<void> {
    await this.parts.dataSource.transaction(async (tx) => {
      const letter = await this.find(tx, id, 'FOR UPDATE');
      if (letter.status !== 'open') throw new DeadLetterClosed(id, letter.status);
      await this.close(tx, id, 'discarded');
    });
  }

  private async find(tx: Transaction, id: string, lock: '' | 'FOR UPDATE'): Promise<FullRow> {
    const [letter] = await rows<FullRow>(
      tx,
      `SELECT ${COLUMNS}, headers, value, appended_at AS "appendedAt" FROM dead_letters WHERE id = $1 ${lock}`,
      [id],
    );
    if (!letter) throw new DeadLetterNotFound(id);
    return letter;
  }

  /** A value too long to be kept here is still on the log at its origin, unless retention has taken it. */
  private async wholeRecord(letter: FullRow): Promise<LogRecord> {
    const { topic, partition, offset, key, headers, value, appendedAt } = letter;
    const kept = { topic, partition, offset, key, headers, value, appendedAt };
    if (letter.valueBytes <= (value?.length ?? 0)) return kept;

    const [record] = await this.parts.log.read({ topic, partition, offset, limit: 1 });
    if (record?.offset === offset) return record;
    throw new DeadLetterNotReplayed(
      letter.id,
      'value-gone',
      'the value was too long to keep, and the log no longer has it',
    );
  }

  private async close(tx: Transaction, id: string, status: DeadLetterStatus): Promise<void> {
    await rows(tx, 'UPDATE dead_letters SET status = $2, closed_at = clock_timestamp() WHERE id = $1', [id, status]);
  }

  private async noteAttempt({ id, reason, detail }: DeadLetterNotReplayed): Promise<void> {
    await rows(
      this.parts.dataSource.manager,
      'UPDATE dead_letters SET attempts = attempts + 1, code = $2, detail = $3 WHERE id = $1',
      [id, reason, detail],
    );
  }
}
