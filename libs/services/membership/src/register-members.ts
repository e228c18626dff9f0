import { Injectable } from '@nestjs/common';
import { memberRegistered } from '@tessera/contracts';
import type { Transaction } from '@tessera/platform-database';
import { type LockedSubjects, Outbox } from '@tessera/platform-messaging';
import { MemberErased } from './domain/errors.js';
import { KeepProfiles } from './keep-profiles.js';
import { MemberTransactions } from './member-transactions.js';
import type { ProfileChange } from './new-member.js';
import type { MemberEntity } from './persistence/member.entity.js';
import { Members } from './persistence/members.js';
import { RefreshTiers } from './refresh-tiers.js';

export type Registered = Readonly<{ memberId: string; registeredAt: Date; isNew: boolean }>;

type Profiles = ReadonlyMap<string, ProfileChange>;

/** Opens the gate for members: what was bought under their numbers counts from now on, whenever dated. */
@Injectable()
export class RegisterMembers {
  constructor(
    private readonly transactions: MemberTransactions,
    private readonly members: Members,
    private readonly keepProfiles: KeepProfiles,
    private readonly outbox: Outbox,
    private readonly refreshTiers: RefreshTiers,
  ) {}

  /** Registers one; of one who is a member already only what is said of contact and consents is taken. Throws `MemberErased`. */
  async one(memberId: string, profile: ProfileChange = {}): Promise<Registered> {
    return this.transactions.run([memberId], async (tx, locked) => {
      const { added, erased } = await this.add(tx, locked, new Map([[memberId, profile]]));
      if (erased.has(memberId)) throw new MemberErased(memberId);
      const { registeredAt } = (await this.members.find(tx, memberId)) as MemberEntity;
      return { memberId, registeredAt, isNew: added.has(memberId) };
    });
  }

  /** Registers all that are no members yet, in one transaction. Those erased are passed over. */
  async all(profiles: Profiles): Promise<{ added: ReadonlySet<string>; erased: ReadonlySet<string> }> {
    return this.transactions.run(profiles.keys(), (tx, locked) => this.add(tx, locked, profiles));
  }

  private async add(
    tx: Transaction,
    locked: LockedSubjects,
    profiles: Profiles,
  ): Promise<{ added: ReadonlySet<string>; erased: ReadonlySet<string> }> {
    const added = await this.members.add(tx, locked.ids, locked.now);
    const registeredAt = locked.now.toISOString();
    await this.outbox.add(
      tx,
      memberRegistered,
      added.map((memberId) => ({ memberId, registeredAt, ...locked.next(memberId) })),
    );
    const erased = await this.members.erased(tx, locked.ids);
    await this.keepProfiles.change(tx, locked, new Map([...profiles].filter(([id]) => !erased.has(id))), false);
    if (added.length > 0) await this.refreshTiers.refresh(tx, locked);
    return { added: new Set(added), erased };
  }
}
