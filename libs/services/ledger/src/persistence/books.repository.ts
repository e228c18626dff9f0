import { rows, type Transaction } from '@tessera/platform-database';
import { inOrder, type TierEntry, type TierHistory } from '../domain/tier-at.js';
import type { Balance, Lot, Wallet } from '../domain/wallet.js';
import type { ToldHistory } from './members.repository.js';

/** The one wallet there is so far. Tables and events name it, so that others can come beside it. */
export const WALLET = 'points';

/** What the books say of a registered member, or of one that was and is erased. */
export type MemberBooks = Readonly<{ erasedAt: Date | null; history: TierHistory; wallet: Wallet }>;

const NO_LOTS: ReadonlyMap<string, Lot> = new Map();

type MemberRow = { member_id: string; erased_at: Date | null; history: ToldHistory['history'] | null } & {
  [Account in keyof Balance]: number;
};
type LotRow = {
  member_id: string;
  purchase_id: string;
  expires_at: Date;
  net_minor: number;
  program_version: number;
  posted: number;
  active: number;
  expired: number;
};

/** Reads the books of locked members in two statements, however many they are. Who is neither registered nor erased has none. */
export class BooksRepository {
  async load(tx: Transaction, memberIds: readonly string[]): Promise<ReadonlyMap<string, MemberBooks>> {
    const books = await this.loadWithoutLots(tx, memberIds);
    const lots = await this.loadLots(tx, [...books.keys()]);
    return new Map(
      [...books].map(([memberId, { wallet, ...rest }]) => [
        memberId,
        { ...rest, wallet: { ...wallet, lots: lots.get(memberId) ?? NO_LOTS } },
      ]),
    );
  }

  /** For who will add lots and touch none of those there are; of these the wallets it answers know nothing. */
  async loadWithoutLots(tx: Transaction, memberIds: readonly string[]): Promise<ReadonlyMap<string, MemberBooks>> {
    const members = await rows<MemberRow>(
      tx,
      `SELECT m.member_id, m.erased_at, t.entries AS history,
              coalesce(w.pending, 0) AS pending, coalesce(w.active, 0) AS active, coalesce(w.held, 0) AS held,
              coalesce(w.spent, 0) AS spent, coalesce(w.expired, 0) AS expired, coalesce(w.arrears, 0) AS arrears
         FROM (SELECT member_id, NULL AS erased_at FROM members WHERE member_id = ANY ($1::text[])
               UNION ALL
               SELECT member_id, erased_at FROM erased_members WHERE member_id = ANY ($1::text[])) m
         LEFT JOIN (SELECT * FROM tier_histories WHERE member_id = ANY ($1::text[])) t ON t.member_id = m.member_id
         LEFT JOIN (SELECT * FROM wallets WHERE member_id = ANY ($1::text[]) AND wallet = $2) w ON w.member_id = m.member_id`,
      [memberIds, WALLET],
    );
    return new Map(
      members.map((row): [string, MemberBooks] => {
        const { pending, active, held, spent, expired, arrears } = row;
        const balance = { pending, active, held, spent, expired, arrears };
        const history = row.history ? historyFrom(row.history) : [];
        return [row.member_id, { erasedAt: row.erased_at, history, wallet: { balance, lots: NO_LOTS } }];
      }),
    );
  }

  async historyOf(tx: Transaction, memberId: string): Promise<TierHistory> {
    const [told] = await rows<{ history: ToldHistory['history'] }>(
      tx,
      'SELECT entries AS history FROM tier_histories WHERE member_id = $1',
      [memberId],
    );
    return historyFrom(told?.history ?? []);
  }

  private async loadLots(
    tx: Transaction,
    memberIds: readonly string[],
  ): Promise<ReadonlyMap<string, Map<string, Lot>>> {
    const byMember = new Map<string, Map<string, Lot>>();
    if (memberIds.length === 0) return byMember;
    const found = await rows<LotRow>(
      tx,
      `SELECT member_id, purchase_id, expires_at, net_minor, program_version, posted, active, expired
         FROM lots WHERE member_id = ANY ($1::text[]) AND wallet = $2`,
      [memberIds, WALLET],
    );
    for (const { member_id, purchase_id, expires_at, net_minor, program_version, ...points } of found) {
      const lot = {
        lotId: purchase_id,
        expiresAt: expires_at,
        netMinor: net_minor,
        programVersion: program_version,
        ...points,
      };
      const lots = byMember.get(member_id);
      if (lots) lots.set(purchase_id, lot);
      else byMember.set(member_id, new Map([[purchase_id, lot]]));
    }
    return byMember;
  }
}

function historyFrom(told: ToldHistory['history']): TierHistory {
  return inOrder(told.map((entry): TierEntry => ({ ...entry, effectiveAt: new Date(entry.effectiveAt) })));
}
