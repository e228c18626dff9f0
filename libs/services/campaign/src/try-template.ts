import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { SETTINGS } from '@tessera/platform-service';
import { DataSource } from 'typeorm';
import type { CampaignSettings } from './campaign.settings.js';
import { TestAddressMissing, TestMailNotTaken, UnknownMember, UnknownTemplate } from './domain/errors.js';
import type { Rendered } from './domain/template.js';
import { Mailer } from './mail/mailer.js';
import { TemplatesRepository } from './persistence/templates.repository.js';
import { PrepareMessages } from './prepare-messages.js';

/** Shows what a member would get, on the page or in the operator's own mailbox. Nothing of it is in the ledger, and no member is written to. */
@Injectable()
export class TryTemplate {
  constructor(
    private readonly dataSource: DataSource,
    private readonly templates: TemplatesRepository,
    private readonly prepareMessages: PrepareMessages,
    private readonly mailer: Mailer,
    @Inject(SETTINGS) private readonly settings: CampaignSettings,
  ) {}

  /** Throws `UnknownTemplate`, `UnknownMember` or `TemplateInvalid`. */
  async preview(templateId: string, memberId: string): Promise<Rendered & Readonly<{ version: number }>> {
    const tx = this.dataSource.manager;
    const template = await this.templates.find(tx, templateId);
    if (!template) throw new UnknownTemplate(templateId);
    const profile = await this.prepareMessages.profile(tx, memberId);
    if (!profile) throw new UnknownMember(memberId);
    return { version: template.version, ...this.prepareMessages.preview(template, profile) };
  }

  /** Sends the preview to the operator. Throws as `preview` does, and `TestAddressMissing` or `TestMailNotTaken`. */
  async send(templateId: string, memberId: string, to?: string): Promise<Readonly<{ to: string; subject: string }>> {
    const address = to ?? this.settings.testTo;
    if (address === undefined) throw new TestAddressMissing();
    const { subject, text, html } = await this.preview(templateId, memberId);
    const mail = {
      subject: `[Test] ${subject}`,
      text,
      html,
      to: address,
      rfcMessageId: `<test-${randomUUID()}@tessera.invalid>`,
    };
    const outcome = await this.mailer.send(mail, performance.now() + this.settings.attemptMs);
    if (outcome.kind !== 'accepted') {
      throw new TestMailNotTaken('code' in outcome ? outcome.code : 'its answer did not reach us');
    }
    return { to: address, subject: mail.subject };
  }
}
