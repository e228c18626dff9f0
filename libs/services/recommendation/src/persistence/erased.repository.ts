import { rows, type Transaction } from '@tessera/platform-database';
import type { Batch } from '@tessera/platform-messaging';

/** Who was erased: nobody of them is registered, and nothing of theirs is kept. Whoever writes has locked the members concerned. */
export class ErasedRepository {
  /** They are no members any more, known to have been or not. Answers those whose announced list was not empty. */
  async add(tx: Transaction, ids: readonly string[]): Promise<readonly string[]> {
    await rows(tx, 'INSERT INTO erased_members (member_id) SELECT DISTINCT unnest($1::text[]) ON CONFLICT DO NOTHING', [
      ids,
    ]);
    const gone = await rows<{ member_id: string; listed: boolean }>(
      tx,
      `DELETE FROM members WHERE member_id = ANY ($1::text[]) RETURNING member_id, announced <> '{}' AS listed`,
      [ids],
    );
    return gone.filter(({ listed }) => listed).map(({ member_id }) => member_id);
  }

  /** Deletes baskets and signals. What the baskets counted for must have been taken away before. */
  async forget(tx: Transaction, ids: readonly string[]): Promise<void> {
    await rows(
      tx,
      `DELETE FROM basket_items i USING baskets b WHERE b.member_id = ANY ($1::text[]) AND i.basket_id = b.basket_id`,
      [ids],
    );
    await rows(tx, 'DELETE FROM baskets WHERE member_id = ANY ($1::text[])', [ids]);
    await rows(tx, 'DELETE FROM signals WHERE member_id = ANY ($1::text[])', [ids]);
  }

  /** The batch without events of those erased. */
  async passOver<Data extends Readonly<{ memberId: string }>>(batch: Batch<Data>): Promise<Batch<Data>> {
    const erased = await this.among(
      batch.tx,
      batch.events.map(({ data }) => data.memberId),
    );
    if (erased.size === 0) return batch;
    return { ...batch, events: batch.events.filter(({ data }) => !erased.has(data.memberId)) };
  }

  /** Those of the ids who were erased. */
  async among(tx: Transaction, ids: readonly string[]): Promise<ReadonlySet<string>> {
    const sql = 'SELECT member_id FROM erased_members WHERE member_id = ANY ($1::text[])';
    return new Set((await rows<{ member_id: string }>(tx, sql, [ids])).map(({ member_id }) => member_id));
  }
}
