import { createHash } from 'node:crypto';
import { rows, type Transaction } from '@tessera/platform-database';
import { configure } from 'safe-stable-stringify';
import type { DataSource } from 'typeorm';
import { IdempotencyKeyReused } from '../errors.js';

export type IdempotentRequest = Readonly<{
  /** What the key is unique for: the operation and whose it is, `redeem:<memberId>`. */
  scope: string;
  key: string;
  /** The validated body: a repeat must have the same one, in whatever order its fields are. */
  body: unknown;
}>;

/** How long the answer to a write is kept for repeats. After that its key is as good as new. */
export const ANSWER_KEPT_DAYS = 7;

const canonical = configure({ deterministic: true, strict: true });

/** The consumer's twin for HTTP: a write that is sent again, because its answer was lost, is not done again. */
export class IdempotentRequests {
  constructor(private readonly database: DataSource) {}

  /**
   * Runs `work` in a transaction that also keeps its answer, or gives the answer kept before. Two at the same time: the second
   * waits on the first one's row, then gets its answer, or does the work if the first failed. The row is taken before any
   * other lock, and by nobody but requests of this key, so no circle of waiting can arise.
   * Throws `IdempotencyKeyReused`; whatever `work` throws leaves nothing behind.
   */
  once<Answer>(request: IdempotentRequest, work: (tx: Transaction) => Promise<Answer>): Promise<Answer> {
    const bodyHash = createHash('sha256')
      .update(canonical(request.body ?? null) ?? 'null')
      .digest();
    return this.database.transaction(async (tx) => {
      for (;;) {
        const isFirst = await rows(
          tx,
          'INSERT INTO idempotent_requests (scope, key, body_hash) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING key',
          [request.scope, request.key, bodyHash],
        );
        if (isFirst.length > 0) return this.keep(tx, request, await work(tx));
        const kept = await this.recall<Answer>(tx, request, bodyHash);
        if (kept) return kept.response;
        // It was let go between the two statements, so the key is free again.
      }
    });
  }

  /** Lets go what was kept in these scopes: a repeat is then a new request. */
  async forget(tx: Transaction, scopes: readonly string[]): Promise<void> {
    await rows(tx, 'DELETE FROM idempotent_requests WHERE scope = ANY ($1::text[])', [scopes]);
  }

  /** Lets go the oldest answers whose time is over by the database's clock, at most so many, and says how many those were. */
  async prune(rowsMax: number): Promise<number> {
    const pruned = await rows(
      this.database.manager,
      `DELETE FROM idempotent_requests
        WHERE ctid = ANY (ARRAY(SELECT ctid FROM idempotent_requests
                                 WHERE created_at < statement_timestamp() - make_interval(hours => $1::int * 24)
                                 ORDER BY created_at LIMIT $2 FOR UPDATE SKIP LOCKED))
        RETURNING 1`,
      [ANSWER_KEPT_DAYS, rowsMax],
    );
    return pruned.length;
  }

  /** Answers what was stored, not what was made, so that first and repeat are the same to the byte. */
  private async keep<Answer>(tx: Transaction, { scope, key }: IdempotentRequest, answer: Answer): Promise<Answer> {
    const kept = await rows<{ response: Answer }>(
      tx,
      'UPDATE idempotent_requests SET response = $3::jsonb WHERE scope = $1 AND key = $2 RETURNING response',
      [scope, key, JSON.stringify(answer ?? null)],
    );
    return kept[0] ? kept[0].response : answer;
  }

  private async recall<Answer>(
    tx: Transaction,
    request: IdempotentRequest,
    bodyHash: Buffer,
  ): Promise<Readonly<{ response: Answer }> | undefined> {
    const [kept] = await rows<{ body_hash: Buffer; response: Answer }>(
      tx,
      'SELECT body_hash, response FROM idempotent_requests WHERE scope = $1 AND key = $2',
      [request.scope, request.key],
    );
    if (kept && !kept.body_hash.equals(bodyHash)) throw new IdempotencyKeyReused();
    return kept;
  }
}
