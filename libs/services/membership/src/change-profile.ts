import { Injectable } from '@nestjs/common';
import type { Said } from './domain/consents.js';
import type { Contact } from './domain/contact.js';
import { MemberErased, MemberUnknown } from './domain/errors.js';
import { KeepProfiles } from './keep-profiles.js';
import { MemberTransactions } from './member-transactions.js';
import type { ProfileChange } from './new-member.js';
import { Members } from './persistence/members.js';
import { type Profile, ReadProfiles } from './read-profiles.js';

/** What a member, or someone for them, says of contact and consents later on. Answers what then stands. */
@Injectable()
export class ChangeProfile {
  constructor(
    private readonly transactions: MemberTransactions,
    private readonly members: Members,
    private readonly keepProfiles: KeepProfiles,
    private readonly readProfiles: ReadProfiles,
  ) {}

  /** The whole contact: a field left out is taken out. Throws `MemberUnknown`, `MemberErased`. */
  contact(memberId: string, contact: Contact): Promise<Profile> {
    return this.run(memberId, { contact });
  }

  /** Channels left out stay as they are. Throws `MemberUnknown`, `MemberErased`. */
  consents(memberId: string, consents: readonly Said[]): Promise<Profile> {
    return this.run(memberId, { consents });
  }

  private run(memberId: string, change: ProfileChange): Promise<Profile> {
    return this.transactions.run([memberId], async (tx, locked) => {
      const member = await this.members.find(tx, memberId);
      if (!member) throw new MemberUnknown(memberId);
      if (member.erasedAt) throw new MemberErased(memberId);
      await this.keepProfiles.change(tx, locked, new Map([[memberId, change]]), true);
      return this.readProfiles.of(tx, memberId);
    });
  }
}
