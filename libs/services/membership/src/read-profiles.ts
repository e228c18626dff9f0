import { Injectable } from '@nestjs/common';
import type { Transaction } from '@tessera/platform-database';
import { toldWords, type ToldWord } from './domain/consents.js';
import type { Contact } from './domain/contact.js';
import { Consents } from './persistence/consents.js';
import { Contacts } from './persistence/contacts.js';

export type Profile = Readonly<{ contact: Contact; consents: readonly ToldWord[] }>;

/** Members' contacts and consents. Contacts are personal: who asks must be allowed to see them. */
@Injectable()
export class ReadProfiles {
  constructor(
    private readonly contacts: Contacts,
    private readonly consents: Consents,
  ) {}

  /** Empty for one of whom nothing is known. */
  async of(tx: Transaction, memberId: string): Promise<Profile> {
    const contacts = await this.contacts.load(tx, [memberId]);
    const words = await this.consents.load(tx, [memberId]);
    return { contact: contacts.get(memberId) ?? {}, consents: toldWords(words.get(memberId) ?? new Map()) };
  }
}
