import { Inject, Injectable } from '@nestjs/common';
import { consentChanged, memberContactChanged } from '@tessera/contracts';
import type { Transaction } from '@tessera/platform-database';
import { type LockedSubjects, Outbox, type Sealer } from '@tessera/platform-messaging';
import { CONTACT_SEALER } from './contact-sealer.js';
import { changedWords, toldWords, withdrawn, type Words } from './domain/consents.js';
import { type Contact, isSameContact } from './domain/contact.js';
import type { ProfileChange } from './new-member.js';
import { Consents } from './persistence/consents.js';
import { Contacts } from './persistence/contacts.js';

type Changes = ReadonlyMap<string, ProfileChange>;

/** Keeps members' contacts and consents, and publishes what really changes; its callers have locked the members. */
@Injectable()
export class KeepProfiles {
  constructor(
    private readonly contacts: Contacts,
    private readonly consents: Consents,
    private readonly outbox: Outbox,
    @Inject(CONTACT_SEALER) private readonly sealer: Sealer | null,
  ) {}

  /** Set-based: one call for an import of 1,000. `overrules`: whether a consent without a date overrules the word that stands. */
  async change(tx: Transaction, locked: LockedSubjects, changes: Changes, overrules: boolean): Promise<void> {
    await this.changeContacts(tx, locked, changes);
    await this.changeConsents(tx, locked, changes, overrules);
  }

  /** Whether there are keys to publish contacts under. */
  get canSeal(): boolean {
    return this.sealer !== null;
  }

  /** Members after one, by id, whose contact was not published under the key that is first now. */
  async toSealAnew(tx: Transaction, after: string, limit: number): Promise<readonly string[]> {
    return this.sealer ? this.contacts.idsNotUnder(tx, this.sealer.keyId, { after, limit }) : [];
  }

  /** Publishes such contacts of the locked members as they stand, and answers how many. */
  async sealAnew(tx: Transaction, locked: LockedSubjects): Promise<number> {
    if (!this.sealer) return 0;
    const standing = await this.contacts.load(tx, locked.ids, { notUnder: this.sealer.keyId });
    await this.saveContacts(tx, locked, standing);
    return standing.size;
  }

  /** Forgets a contact, here and on the log, and withdraws all consents. */
  async erase(tx: Transaction, locked: LockedSubjects, memberId: string): Promise<void> {
    const standing = await this.consents.load(tx, [memberId]);
    const words = withdrawn(standing.get(memberId) ?? new Map(), locked.now);
    await this.saveWords(tx, locked, standing, words.size > 0 ? new Map([[memberId, words]]) : new Map());
    if (await this.contacts.remove(tx, memberId)) await this.outbox.tombstone(tx, memberContactChanged, [memberId]);
  }

  private async changeContacts(tx: Transaction, locked: LockedSubjects, changes: Changes): Promise<void> {
    const wanted = new Map([...changes].flatMap(([id, { contact }]) => (contact ? [[id, contact] as const] : [])));
    if (wanted.size === 0) return;
    const standing = await this.contacts.load(tx, [...wanted.keys()]);
    const changed = [...wanted].filter(([id, contact]) => !isSameContact(standing.get(id) ?? {}, contact));
    await this.saveContacts(tx, locked, new Map(changed));
  }

  private async saveContacts(
    tx: Transaction,
    locked: LockedSubjects,
    contacts: ReadonlyMap<string, Contact>,
  ): Promise<void> {
    const { sealer } = this;
    if (contacts.size === 0) return;
    await this.contacts.save(tx, contacts, sealer?.keyId ?? null);
    if (!sealer) return;
    const events = [...contacts].map(([memberId, contact]) => ({
      memberId,
      ...locked.next(memberId),
      sealed: sealer.seal(memberId, contact),
    }));
    await this.outbox.add(tx, memberContactChanged, events);
  }

  private async changeConsents(
    tx: Transaction,
    locked: LockedSubjects,
    changes: Changes,
    overrules: boolean,
  ): Promise<void> {
    const said = new Map([...changes].flatMap(([id, { consents }]) => (consents ? [[id, consents] as const] : [])));
    if (said.size === 0) return;
    const standing = await this.consents.load(tx, [...said.keys()]);
    const changed = new Map<string, Words>();
    for (const [id, list] of said) {
      const words = changedWords(standing.get(id) ?? new Map(), list, { now: locked.now, overrules });
      if (words.size > 0) changed.set(id, words);
    }
    await this.saveWords(tx, locked, standing, changed);
  }

  private async saveWords(
    tx: Transaction,
    locked: LockedSubjects,
    standing: ReadonlyMap<string, Words>,
    changed: ReadonlyMap<string, Words>,
  ): Promise<void> {
    if (changed.size === 0) return;
    await this.consents.save(tx, changed);
    const events = [...changed].map(([memberId, words]) => ({
      memberId,
      ...locked.next(memberId),
      consents: toldWords(new Map([...(standing.get(memberId) ?? []), ...words])),
      changedAt: locked.now.toISOString(),
    }));
    await this.outbox.add(tx, consentChanged, events);
  }
}
