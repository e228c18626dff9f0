import { Injectable } from '@nestjs/common';
import type { ProgramPublished, TierChanged } from '@tessera/contracts';
import type { Transaction } from '@tessera/platform-database';
import { programAt, Programs, PurchaseFacts, spendAt } from '@tessera/purchases';
import { DataSource } from 'typeorm';
import { databaseNow } from './database-clock.js';
import { deriveTiers } from './derive-tiers.js';
import { MemberUnknown, ProgramUnknown } from './domain/errors.js';
import { Members } from './persistence/members.js';

export type MemberTier = Readonly<{
  memberId: string;
  tier: string;
  /** Factor on points and on prices, in hundredths. */
  multiplier: number;
  priceFactor: number;
  currency: string;
  /** Net spend of the window, in minor units. */
  spendMinor: number;
  windowDays: number;
  /** The tier above and what is missing to it; null at the top. */
  nextTier: Readonly<{ tier: string; fromMinor: number; missingMinor: number }> | null;
  /** When the tier will next change if nothing is bought or given back. */
  changesAt: Date | null;
  history: TierChanged['history'];
  asOf: Date;
}>;

/** A member's tier as of now, derived from the facts: what is due already is applied, whether or not the background got to it. */
@Injectable()
export class ReadTier {
  constructor(
    private readonly dataSource: DataSource,
    private readonly members: Members,
    private readonly facts: PurchaseFacts,
    private readonly programs: Programs,
  ) {}

  /** Throws `MemberUnknown` or `ProgramUnknown`. */
  async of(memberId: string): Promise<MemberTier> {
    return this.dataSource.transaction('REPEATABLE READ', async (tx) => {
      if (!(await this.members.find(tx, memberId))) throw new MemberUnknown(memberId);
      const programs = await this.programs.read(tx);
      const now = await databaseNow(tx);
      const program = programAt(programs, now);
      if (!program) throw new ProgramUnknown();
      return this.describe(tx, memberId, { programs, program, now });
    });
  }

  private async describe(
    tx: Transaction,
    memberId: string,
    { programs, program, now }: { programs: readonly ProgramPublished[]; program: ProgramPublished; now: Date },
  ): Promise<MemberTier> {
    const derived = (await deriveTiers(tx, this.facts, { memberIds: [memberId], programs, now })).get(memberId);
    if (!derived) throw new MemberUnknown(memberId);
    const spendMinor = spendAt(derived.purchases, now, program.tierWindowDays);
    const benefits = program.tiers.find(({ tier }) => tier === derived.current);
    const above = program.tiers.find(({ fromMinor }) => fromMinor > spendMinor);
    return {
      memberId,
      tier: derived.current,
      multiplier: benefits?.multiplier ?? 100,
      priceFactor: benefits?.priceFactor ?? 100,
      currency: program.currency,
      spendMinor,
      windowDays: program.tierWindowDays,
      nextTier: above
        ? { tier: above.tier, fromMinor: above.fromMinor, missingMinor: above.fromMinor - spendMinor }
        : null,
      changesAt: derived.dueAt,
      history: derived.entries.map((entry) => ({ ...entry, effectiveAt: entry.effectiveAt.toISOString() })),
      asOf: now,
    };
  }
}
