import { Injectable } from '@nestjs/common';
import { memberErased } from '@tessera/contracts';
import { Outbox } from '@tessera/platform-messaging';
import { type Channel, type ToldWord } from './domain/consents.js';
import { type Contact, knownFields } from './domain/contact.js';
import { MemberUnknown } from './domain/errors.js';
import { KeepProfiles } from './keep-profiles.js';
import { MemberTransactions } from './member-transactions.js';
import { Members } from './persistence/members.js';
import { ReadProfiles } from './read-profiles.js';

export type Erasure = Readonly<{
  memberId: string;
  dryRun: boolean;
  /** null on a dry run for a member who is not erased. */
  erasedAt: Date | null;
  /** Fields of the contact that are, or would be, erased; their values are not repeated. */
  erases: readonly (keyof Contact)[];
  /** Channels whose consent is, or would be, withdrawn. */
  withdraws: readonly Channel[];
}>;

/**
 * Erases what is personal of a member, for good: the contact here and on the log, the consents. What they bought, their points and their
 * tier stay under the number, which from then on stands for nobody that is known here.
 */
@Injectable()
export class EraseMember {
  constructor(
    private readonly transactions: MemberTransactions,
    private readonly members: Members,
    private readonly keepProfiles: KeepProfiles,
    private readonly readProfiles: ReadProfiles,
    private readonly outbox: Outbox,
  ) {}

  /** Erasing again changes nothing and answers when it was done. Throws `MemberUnknown`. */
  run(memberId: string, dryRun: boolean): Promise<Erasure> {
    return this.transactions.run([memberId], async (tx, locked) => {
      const member = await this.members.find(tx, memberId);
      if (!member) throw new MemberUnknown(memberId);
      const { contact, consents } = await this.readProfiles.of(tx, memberId);
      const affected = { erases: knownFields(contact), withdraws: channelsOf(consents) };
      if (dryRun || member.erasedAt) return { memberId, dryRun, erasedAt: member.erasedAt, ...affected };

      await this.keepProfiles.erase(tx, locked, memberId);
      await this.members.erase(tx, memberId, locked.now);
      const erasedAt = locked.now.toISOString();
      await this.outbox.add(tx, memberErased, [{ memberId, ...locked.next(memberId), erasedAt }]);
      return { memberId, dryRun, erasedAt: locked.now, ...affected };
    });
  }
}

const channelsOf = (consents: readonly ToldWord[]): readonly Channel[] =>
  consents.flatMap(({ channel, granted }) => (granted ? [channel] : []));
