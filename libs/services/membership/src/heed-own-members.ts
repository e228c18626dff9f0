import { Injectable } from '@nestjs/common';
import {
  consentChanged,
  type ConsentChanged,
  memberErased,
  type MemberErased,
  memberRegistered,
  type MemberRegistered,
} from '@tessera/contracts';
import type { Transaction } from '@tessera/platform-database';
import type { LockedSubjects, OwnState, OwnStates } from '@tessera/platform-messaging';
import { toSaid } from './new-member.js';
import { KeepProfiles } from './keep-profiles.js';
import { Members } from './persistence/members.js';

/**
 * After a restore membership takes back from the log what members told it in the time that its database has forgotten: who registered, who
 * withdrew a consent, and above all who was erased, of whom the backup still holds what must not be there any more.
 */
@Injectable()
export class HeedOwnMembers implements OwnStates {
  constructor(
    private readonly members: Members,
    private readonly keepProfiles: KeepProfiles,
  ) {}

  async heed(tx: Transaction, locked: LockedSubjects, states: readonly OwnState[]): Promise<void> {
    const told = <Data>(of: string): readonly Data[] =>
      states.flatMap(({ topic, data }) => (topic === of ? [data as Data] : []));

    for (const { memberId, registeredAt } of told<MemberRegistered>(memberRegistered.topic)) {
      await this.members.add(tx, [memberId], new Date(registeredAt));
    }
    const erased = await this.members.erased(tx, locked.ids);
    const registered = await this.members.registered(tx, locked.ids);
    const words = told<ConsentChanged>(consentChanged.topic).filter(({ memberId }) => {
      return registered.has(memberId) && !erased.has(memberId);
    });
    const said = words.map(({ memberId, consents }) => [memberId, { consents: toSaid(consents) }] as const);
    await this.keepProfiles.change(tx, locked, new Map(said), false);

    for (const { memberId, erasedAt } of told<MemberErased>(memberErased.topic)) {
      if (erased.has(memberId)) continue;
      await this.members.add(tx, [memberId], new Date(erasedAt));
      await this.keepProfiles.erase(tx, locked, memberId);
      await this.members.erase(tx, memberId, new Date(erasedAt));
    }
  }
}
