import { Inject, Injectable } from '@nestjs/common';
import type { Transaction } from '@tessera/platform-database';
import { type Contact, ContactKeyUnknown, ContactTampered, Sealer } from '@tessera/platform-messaging';
import { Logger, SETTINGS } from '@tessera/platform-service';
import { DataSource } from 'typeorm';
import type { Step } from './advance-messages.js';
import { ADDRESS, type CampaignSettings } from './campaign.settings.js';
import { TemplateInvalid } from './domain/errors.js';
import type { Message, Outcome } from './domain/message.js';
import { render, type Rendered, type TemplateParts, type Variables } from './domain/template.js';
import type { Mail } from './mail/mail.js';
import { type MemberProfile, MembersRepository } from './persistence/members.repository.js';
import { type Template, TemplatesRepository } from './persistence/templates.repository.js';

/** A claimed message with its mail, which may begin to be sent. */
export type Ready = Readonly<{ step: Extract<Step, { kind: 'begin' }>; mail: Mail }>;

export type Prepared = Readonly<{
  ready: readonly Ready[];
  /** What is to be done with those of which no mail was made. */
  steps: readonly Step[];
}>;

/** Makes the mails of claimed messages. Here alone, and for previews, a member's contact is opened; nothing of it is kept. */
@Injectable()
export class PrepareMessages {
  private readonly sealer: Sealer;

  constructor(
    private readonly dataSource: DataSource,
    private readonly members: MembersRepository,
    private readonly templates: TemplatesRepository,
    private readonly logger: Logger,
    @Inject(SETTINGS) { contactKeys }: CampaignSettings,
  ) {
    this.sealer = new Sealer(contactKeys);
  }

  async run(claimed: readonly Message[]): Promise<Prepared> {
    const tx = this.dataSource.manager;
    const profiles = await this.members.profiles(
      tx,
      claimed.map(({ memberId }) => memberId),
    );
    const templates = await this.templates.inForce(tx, [...new Set(claimed.map(({ template }) => template))]);
    const ready: Ready[] = [];
    const steps: Step[] = [];
    for (const held of claimed) {
      try {
        const prepared = this.prepare(held, profiles.get(held.memberId), templates.get(held.template));
        if ('mail' in prepared) ready.push(prepared);
        else steps.push(prepared);
      } catch (error) {
        const { messageId } = held;
        this.logger.error({ err: error, messageId }, 'a message could not be taken on; its lease will run out');
      }
    }
    return { ready, steps };
  }

  private prepare(held: Message, profile: MemberProfile | undefined, template: Template | undefined): Ready | Step {
    // What was known when it was claimed is gone.
    if (!profile?.contact || !profile.contactVersion) return { kind: 'release', held };
    if (!template) return unsendable(held, 'template-missing');

    const { contactVersion } = profile;
    try {
      const contact = this.open(profile);
      if (!contact.email) return { kind: 'release', held, withoutAddress: contactVersion };
      if (!ADDRESS.test(contact.email)) return unsendable(held, 'address-invalid');
      const { rfcMessageId } = held;
      const mail = { ...render(template, variablesOf(profile, contact)), to: contact.email, rfcMessageId };
      return { step: { kind: 'begin', held, contactVersion, templateVersion: template.version }, mail };
    } catch (error) {
      // A key that is missing may still be given to this service; what was tampered with stays so.
      if (error instanceof ContactKeyUnknown) return settle(held, { kind: 'deferred', code: error.code });
      if (error instanceof ContactTampered) return unsendable(held, error.code);
      if (error instanceof TemplateInvalid) return unsendable(held, error.code);
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

const settle = (held: Message, outcome: Outcome): Step => ({ kind: 'settle', held, outcome, pauseMs: 0 });
const unsendable = (held: Message, code: string): Step => settle(held, { kind: 'unsendable', code });

const variablesOf = ({ tier, points, items }: MemberProfile, { name }: Contact): Variables => ({
  name: name ?? '',
  points: points ?? 0,
  tier: tier ?? '',
  items: items ?? [],
});
