import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { ATTR_SERVER_ADDRESS, ATTR_SERVER_PORT } from '@opentelemetry/semantic-conventions';
import { isTransient } from '@tessera/platform-database';
import { SETTINGS } from '@tessera/platform-service';
import { isFailure, SpanKind, Tracing } from '@tessera/platform-tracing';
import { BeginSending } from './begin-sending.js';
import type { CampaignSettings } from './campaign.settings.js';
import type { Message, Outcome } from './domain/message.js';
import type { Mail } from './mail/mail.js';
import { Mailer } from './mail/mailer.js';
import { PrepareMessage } from './prepare-message.js';
import { RecordOutcome } from './record-outcome.js';

const RECORD_AGAIN_MS = 200;

/** Takes one claimed message through the mail server, as far as it goes. */
@Injectable()
export class DeliverMessage {
  private readonly server: Readonly<Record<string, string | number>>;

  constructor(
    private readonly prepareMessage: PrepareMessage,
    private readonly beginSending: BeginSending,
    private readonly recordOutcome: RecordOutcome,
    private readonly mailer: Mailer,
    private readonly tracing: Tracing,
    @Inject(SETTINGS) private readonly settings: CampaignSettings,
  ) {
    const { hostname, port } = new URL(settings.smtpUrl);
    this.server = { [ATTR_SERVER_ADDRESS]: hostname, ...(port && { [ATTR_SERVER_PORT]: Number(port) }) };
  }

  /** The outcome of the attempt, or null if the mail server was not spoken to. `pauseMs`: how long to wait if it cannot be reached. */
  run(claimed: Message, pauseMs: number): Promise<Outcome | null> {
    const { traceparent: parent, messageId, campaignId } = claimed;
    const attributes = { 'tessera.message_id': messageId, 'tessera.campaign_id': campaignId };
    return this.tracing.span('deliver message', { kind: SpanKind.INTERNAL, parent, attributes }, () =>
      this.deliver(claimed, pauseMs),
    );
  }

  private async deliver(claimed: Message, pauseMs: number): Promise<Outcome | null> {
    const prepared = await this.prepareMessage.run(claimed);
    if (prepared.kind === 'release') await this.recordOutcome.release(claimed);
    if (prepared.kind === 'without-address') await this.recordOutcome.release(claimed, prepared.contactVersion);
    if (prepared.kind === 'outcome') await this.recordOutcome.run(claimed, prepared.outcome, pauseMs);
    if (prepared.kind !== 'ready') return null;

    // Counted from before the lease begins, so that on this process's own clock the attempt always ends before the lease does.
    const startedAt = performance.now();
    const sending = await this.beginSending.run(claimed, prepared);
    if (!sending) return null;
    const outcome = await this.send(prepared.mail, startedAt + this.settings.attemptMs);
    await this.record(sending, outcome, pauseMs, startedAt + this.settings.leaseMs);
    return outcome;
  }

  private send(mail: Mail, deadline: number): Promise<Outcome> {
    return this.tracing.span('smtp send', { kind: SpanKind.CLIENT, attributes: this.server }, async (span) => {
      const outcome = await this.mailer.send(mail, deadline);
      span.setAttribute('tessera.outcome', outcome.kind);
      if ('code' in outcome) span.setAttribute('tessera.reply', outcome.code);
      if (outcome.kind !== 'accepted') span.setStatus(isFailure);
      return outcome;
    });
  }

  /** Ends every attempt that is under way, and lets none begin. */
  cutOff(): void {
    this.mailer.close();
  }

  /** What the mail server said must not be lost to a database that is away for a moment: that would make it a doubt. */
  private async record(sending: Message, outcome: Outcome, pauseMs: number, until: number): Promise<void> {
    for (;;) {
      try {
        return await this.recordOutcome.run(sending, outcome, pauseMs);
      } catch (error) {
        if (!isTransient(error) || performance.now() >= until) throw error;
        await sleep(RECORD_AGAIN_MS);
      }
    }
  }
}
