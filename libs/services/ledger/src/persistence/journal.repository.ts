import { bigintArray, rows, textArray, timestamptzArray, type Transaction } from '@tessera/platform-database';
import { changedLots, type Movement } from '../domain/settlement.js';
import type { Lot, Wallet } from '../domain/wallet.js';
import { WALLET } from './books.repository.js';

/** A movement that has its number. */
export type Posted = Readonly<{ memberId: string; sequence: number; postedAt: Date; movement: Movement }>;

/** A wallet before and after its movements. */
export type Changed = Readonly<{ memberId: string; before: Wallet; after: Wallet }>;

type ChangedLot = Readonly<{ memberId: string; lot: Lot; isNew: boolean }>;

/** The lines of a movement, numbered from 1. */
const linesOf = ({ memberId, sequence, postedAt, movement }: Posted) =>
  movement.lines.map((line, index) => ({ memberId, sequence, postedAt, movement, line, number: index + 1 }));

/** Writes movements and what they add up to: one statement for the journal, one for the lots, one for the wallets. */
export class JournalRepository {
  /** Numbers under which nothing moved: a balance was said anew, and its number is no gap in the journal. */
  async noteRestated(
    tx: Transaction,
    numbered: readonly Readonly<{ memberId: string; sequence: number }>[],
  ): Promise<void> {
    await rows(tx, 'INSERT INTO restatements (member_id, sequence) SELECT * FROM unnest($1::text[], $2::bigint[])', [
      numbered.map(({ memberId }) => memberId),
      numbered.map(({ sequence }) => sequence),
    ]);
  }

  async write(tx: Transaction, posted: readonly Posted[], changed: readonly Changed[]): Promise<void> {
    if (posted.length > 0) await this.writeEntries(tx, posted);
    const lots = changed.flatMap(({ memberId, before, after }) =>
      changedLots(before, after).map((lotId) => ({
        memberId,
        lot: after.lots.get(lotId) as Lot,
        isNew: !before.lots.has(lotId),
      })),
    );
    await this.writeLots(tx, lots);
    const moved = changed.filter(({ before, after }) => before.balance !== after.balance);
    if (moved.length > 0) await this.writeWallets(tx, moved);
  }

  private async writeEntries(tx: Transaction, posted: readonly Posted[]): Promise<void> {
    const lines = posted.flatMap(linesOf);
    await rows(
      tx,
      `INSERT INTO entries (member_id, sequence, line, wallet, account, amount, lot_id, reason, purchase_id, refund_id,
                            redemption_id, occurred_at, posted_at)
       SELECT u.member_id, u.sequence, u.line, $1, u.account, u.amount, u.lot_id, u.reason, u.purchase_id, u.refund_id,
              u.redemption_id, u.occurred_at, u.posted_at
         FROM unnest($2::text[], $3::bigint[], $4::bigint[], $5::text[], $6::bigint[], $7::text[], $8::text[], $9::text[],
                     $10::text[], $11::uuid[], $12::timestamptz[], $13::timestamptz[])
           AS u(member_id, sequence, line, account, amount, lot_id, reason, purchase_id, refund_id, redemption_id,
                occurred_at, posted_at)`,
      [
        WALLET,
        textArray(lines.map(({ memberId }) => memberId)),
        bigintArray(lines.map(({ sequence }) => sequence)),
        bigintArray(lines.map(({ number }) => number)),
        textArray(lines.map(({ line }) => line.account)),
        bigintArray(lines.map(({ line }) => line.amount)),
        textArray(lines.map(({ line }) => line.lotId)),
        textArray(lines.map(({ movement }) => movement.reason)),
        textArray(lines.map(({ movement }) => movement.purchaseId ?? null)),
        textArray(lines.map(({ movement }) => movement.refundId ?? null)),
        lines.map(({ movement }) => movement.redemptionId ?? null),
        timestamptzArray(lines.map(({ movement }) => movement.occurredAt)),
        timestamptzArray(lines.map(({ postedAt }) => postedAt)),
      ],
    );
  }

  /** The new ones by a plain insert, which does not look first for what it may find. */
  private async writeLots(tx: Transaction, lots: readonly ChangedLot[]): Promise<void> {
    await this.insertLots(
      tx,
      lots.filter(({ isNew }) => isNew),
    );
    await this.insertLots(
      tx,
      lots.filter(({ isNew }) => !isNew),
      `ON CONFLICT (member_id, purchase_id) DO UPDATE
         SET expires_at = excluded.expires_at, net_minor = excluded.net_minor, program_version = excluded.program_version,
             posted = excluded.posted, active = excluded.active, expired = excluded.expired`,
    );
  }

  private async insertLots(tx: Transaction, lots: readonly ChangedLot[], onConflict = ''): Promise<void> {
    if (lots.length === 0) return;
    await rows(
      tx,
      `INSERT INTO lots (member_id, purchase_id, wallet, expires_at, net_minor, program_version, posted, active, expired)
       SELECT u.member_id, u.purchase_id, $1, u.expires_at, u.net_minor, u.program_version, u.posted, u.active, u.expired
         FROM unnest($2::text[], $3::text[], $4::timestamptz[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[])
           AS u(member_id, purchase_id, expires_at, net_minor, program_version, posted, active, expired)
       ${onConflict}`,
      [
        WALLET,
        textArray(lots.map(({ memberId }) => memberId)),
        textArray(lots.map(({ lot }) => lot.lotId)),
        timestamptzArray(lots.map(({ lot }) => lot.expiresAt)),
        bigintArray(lots.map(({ lot }) => lot.netMinor)),
        bigintArray(lots.map(({ lot }) => lot.programVersion)),
        bigintArray(lots.map(({ lot }) => lot.posted)),
        bigintArray(lots.map(({ lot }) => lot.active)),
        bigintArray(lots.map(({ lot }) => lot.expired)),
      ],
    );
  }

  private async writeWallets(tx: Transaction, changed: readonly Changed[]): Promise<void> {
    const balances = changed.map(({ after }) => after.balance);
    await rows(
      tx,
      `INSERT INTO wallets (member_id, wallet, pending, active, held, spent, expired, arrears)
       SELECT u.member_id, $1, u.pending, u.active, u.held, u.spent, u.expired, u.arrears
         FROM unnest($2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[])
           AS u(member_id, pending, active, held, spent, expired, arrears)
       ON CONFLICT (member_id, wallet) DO UPDATE
         SET pending = excluded.pending, active = excluded.active, held = excluded.held, spent = excluded.spent,
             expired = excluded.expired, arrears = excluded.arrears`,
      [
        WALLET,
        textArray(changed.map(({ memberId }) => memberId)),
        bigintArray(balances.map(({ pending }) => pending)),
        bigintArray(balances.map(({ active }) => active)),
        bigintArray(balances.map(({ held }) => held)),
        bigintArray(balances.map(({ spent }) => spent)),
        bigintArray(balances.map(({ expired }) => expired)),
        bigintArray(balances.map(({ arrears }) => arrears)),
      ],
    );
  }
}
