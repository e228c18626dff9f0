import { Injectable } from '@nestjs/common';
import type { Transaction } from '@tessera/platform-database';
import { Programs, PurchaseFacts } from '@tessera/purchases';
import { DataSource } from 'typeorm';
import { databaseNow } from './database-clock.js';
import { deriveTiers } from './derive-tiers.js';
import { MemberUnknown } from './domain/errors.js';
import { type ListedMember, Members } from './persistence/members.js';
import { type Profile, ReadProfiles } from './read-profiles.js';

/** Without `contact` for those who may not see it. */
export type MemberDetails = ListedMember & Pick<Profile, 'consents'> & Partial<Pick<Profile, 'contact'>>;

/** One member as of now; exits already due are applied. */
@Injectable()
export class ReadMember {
  constructor(
    private readonly dataSource: DataSource,
    private readonly members: Members,
    private readonly facts: PurchaseFacts,
    private readonly programs: Programs,
    private readonly readProfiles: ReadProfiles,
  ) {}

  /** Throws `MemberUnknown`. */
  async one(memberId: string, { withContact }: Readonly<{ withContact: boolean }>): Promise<MemberDetails> {
    return this.dataSource.transaction('REPEATABLE READ', async (tx) => {
      const member = await this.members.find(tx, memberId);
      if (!member) throw new MemberUnknown(memberId);
      const { contact, consents } = await this.readProfiles.of(tx, memberId);
      const tier = await this.tierOf(tx, memberId);
      return { ...member, tier, ...(withContact && { contact }), consents };
    });
  }

  private async tierOf(tx: Transaction, memberId: string): Promise<string | null> {
    const programs = await this.programs.read(tx);
    if (programs.length === 0) return null;
    const now = await databaseNow(tx);
    const derived = await deriveTiers(tx, this.facts, { memberIds: [memberId], programs, now });
    return derived.get(memberId)?.current ?? null;
  }
}
