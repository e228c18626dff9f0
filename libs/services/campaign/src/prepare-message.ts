import { Inject, Injectable } from '@nestjs/common';
import type { Transaction } from '@tessera/platform-database';
import { type Contact, ContactKeyUnknown, ContactTampered, Sealer } from '@tessera/platform-messaging';
import { SETTINGS } from '@tessera/platform-service';
import { DataSource } from 'typeorm';
import { ADDRESS, type CampaignSettings } from './campaign.settings.js';
import { TemplateInvalid } from './domain/errors.js';
import type { Message, Outcome } from './domain/message.js';
import { render, type Rendered, type TemplateParts, type Variables } from './domain/template.js';
import type { Mail } from './mail/mail.js';
import { type MemberProfile, MembersRepository, type StateVersion } from './persistence/members.repository.js';
import { TemplatesRepository } from './persistence/templates.repository.js';

export type Ready = Readonly<{ kind: 'ready'; mail: Mail; contactVersion: StateVersion; templateVersion: number }>;

export type Prepared =
  | Ready
  /** The contact was opened and holds no address. */
  | Readonly<{ kind: 'without-address'; contactVersion: StateVersion }>
  /** What was known when it was claimed is gone. */
  | Readonly<{ kind: 'release' }>
  | Readonly<{ kind: 'outcome'; outcome: Outcome }>;

/** Makes the mail of a claimed message. Here alone, and for previews, a member's contact is opened; nothing of it is kept. */
@Injectable()
export class PrepareMessage {
  private readonly sealer: Sealer;

  constructor(
    private readonly dataSource: DataSource,
    private readonly members: MembersRepository,
    private readonly templates: TemplatesRepository,
    @Inject(SETTINGS) { contactKeys }: CampaignSettings,
  ) {
    this.sealer = new Sealer(contactKeys);
  }

  async run({ memberId, template: templateId, rfcMessageId }: Message): Promise<Prepared> {
    const tx = this.dataSource.manager;
    const profile = await this.profile(tx, memberId);
    if (!profile?.contact || !profile.contactVersion) return { kind: 'release' };
    const template = await this.templates.find(tx, templateId);
    if (!template) return unsendable('template-missing');

    const { contactVersion } = profile;
    try {
      const contact = this.open(profile);
      if (!contact.email) return { kind: 'without-address', contactVersion };
      if (!ADDRESS.test(contact.email)) return unsendable('address-invalid');
      const mail = { ...render(template, variablesOf(profile, contact)), to: contact.email, rfcMessageId };
      return { kind: 'ready', mail, contactVersion, templateVersion: template.version };
    } catch (error) {
      // A key that is missing may still be given to this service; what was tampered with stays so.
      if (error instanceof ContactKeyUnknown)
        return { kind: 'outcome', outcome: { kind: 'deferred', code: error.code } };
      if (error instanceof ContactTampered) return unsendable(error.code);
      if (error instanceof TemplateInvalid) return unsendable(error.code);
      throw error;
    }
  }

  /** As a member would get it, whatever is known of them; a contact that cannot be opened stands for none. */
  preview(parts: TemplateParts, profile: MemberProfile): Rendered {
    return render(parts, variablesOf(profile, this.openIfPossible(profile)));
  }

  async profile(tx: Transaction, memberId: string): Promise<MemberProfile | undefined> {
    return (await this.members.profiles(tx, [memberId])).get(memberId);
  }

  private open({ memberId, contact }: MemberProfile): Contact {
    return contact ? this.sealer.open(memberId, contact) : {};
  }

  private openIfPossible(profile: MemberProfile): Contact {
    try {
      return this.open(profile);
    } catch (error) {
      if (error instanceof ContactKeyUnknown || error instanceof ContactTampered) return {};
      throw error;
    }
  }
}

const unsendable = (code: string): Prepared => ({ kind: 'outcome', outcome: { kind: 'unsendable', code } });

const variablesOf = ({ tier, points, items }: MemberProfile, { name }: Contact): Variables => ({
  name: name ?? '',
  points: points ?? 0,
  tier: tier ?? '',
  items: items ?? [],
});
