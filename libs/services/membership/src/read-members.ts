import { Injectable } from '@nestjs/common';
import type { Transaction } from '@tessera/platform-database';
import { programAt, Programs, PurchaseFacts } from '@tessera/purchases';
import { DataSource } from 'typeorm';
import { databaseNow } from './database-clock.js';
import { deriveTiers } from './derive-tiers.js';
import { type ListedMember, Members } from './persistence/members.js';
import { TierHistories } from './persistence/tier-histories.js';

export type MembersSummary = Readonly<{ members: number; tiers: Readonly<Record<string, number>> }>;

/** Members derived at once where their stored tier is overdue. */
const AT_ONCE = 1_000;

/** Members and their tiers. Exits already due are applied: overdue members' tiers are derived instead of read. */
@Injectable()
export class ReadMembers {
  constructor(
    private readonly dataSource: DataSource,
    private readonly members: Members,
    private readonly histories: TierHistories,
    private readonly facts: PurchaseFacts,
    private readonly programs: Programs,
  ) {}

  async list(page: Readonly<{ limit: number; after: string | null; tier: string | null }>): Promise<ListedMember[]> {
    return this.inSnapshot(async (tx) => {
      const overdue = await this.overdue(tx, await databaseNow(tx));
      return this.members.list(tx, {
        ...page,
        overdue: new Map([...overdue].map(([memberId, { today }]) => [memberId, today])),
      });
    });
  }

  /** How many members there are, and how many in each tier of the program now in force. */
  async summary(): Promise<MembersSummary> {
    return this.inSnapshot(async (tx) => {
      const now = await databaseNow(tx);
      const program = programAt(await this.programs.read(tx), now);
      const tiers = new Map<string, number>(program?.tiers.map(({ tier }) => [tier, 0]));
      const add = (tier: string, count: number): void => void tiers.set(tier, (tiers.get(tier) ?? 0) + count);
      for (const [tier, count] of await this.histories.counts(tx)) add(tier, count);
      for (const { stored, today } of (await this.overdue(tx, now)).values()) {
        add(stored, -1);
        add(today, 1);
      }
      const shown = [...tiers].filter(([tier, count]) => count > 0 || program?.tiers.some((one) => one.tier === tier));
      return { members: await this.members.count(tx), tiers: Object.fromEntries(shown) };
    });
  }

  private async overdue(
    tx: Transaction,
    now: Date,
  ): Promise<ReadonlyMap<string, Readonly<{ stored: string; today: string }>>> {
    const stored = await this.histories.overdue(tx, now);
    const programs = stored.length > 0 ? await this.programs.read(tx) : [];
    const found = new Map<string, { stored: string; today: string }>();
    for (let from = 0; from < stored.length; from += AT_ONCE) {
      const some = stored.slice(from, from + AT_ONCE);
      const memberIds = some.map(({ memberId }) => memberId);
      const derived = await deriveTiers(tx, this.facts, { memberIds, programs, now });
      for (const { memberId, tier } of some) {
        found.set(memberId, { stored: tier, today: derived.get(memberId)?.current ?? tier });
      }
    }
    return found;
  }

  private inSnapshot<Answer>(read: (tx: Transaction) => Promise<Answer>): Promise<Answer> {
    return this.dataSource.transaction('REPEATABLE READ', read);
  }
}
