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
      const isFirst = await rows(
        tx,
        'INSERT INTO idempotent_requests (scope, key, body_hash) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING key',
        [request.scope, request.key, bodyHash],
      );
      return isFirst.length > 0 ? this.keep(tx, request, await work(tx)) : this.recall<Answer>(tx, request, bodyHash);
    });
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

  private async recall<Answer>(tx: Transaction, request: IdempotentRequest, bodyHash: Buffer): Promise<Answer> {
    const [kept] = await rows<{ body_hash: Buffer; response: Answer }>(
      tx,
      'SELECT body_hash, response FROM idempotent_requests WHERE scope = $1 AND key = $2',
      [request.scope, request.key],
    );
    if (!kept || !kept.body_hash.equals(bodyHash)) throw new IdempotencyKeyReused();
    return kept.response;
  }
}
