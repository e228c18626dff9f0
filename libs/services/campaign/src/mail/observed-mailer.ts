import { Inject, Injectable } from '@nestjs/common';
import { ATTR_SERVER_ADDRESS, ATTR_SERVER_PORT } from '@opentelemetry/semantic-conventions';
import { Metrics, SETTINGS } from '@tessera/platform-service';
import { isFailure, SpanKind, Tracing } from '@tessera/platform-tracing';
import type { CampaignSettings } from '../campaign.settings.js';
import { type Message, OUTCOMES, type Outcome } from '../domain/message.js';
import type { Mail } from './mail.js';
import { Mailer } from './mailer.js';

/** The mailer, with each attempt counted by what came of it, and told in the trace of what made the message necessary. */
@Injectable()
export class ObservedMailer {
  private readonly server: Readonly<Record<string, string | number>>;
  private readonly attempts;

  constructor(
    private readonly mailer: Mailer,
    private readonly tracing: Tracing,
    metrics: Metrics,
    @Inject(SETTINGS) { smtpUrl }: CampaignSettings,
  ) {
    const { hostname, port } = new URL(smtpUrl);
    this.server = { [ATTR_SERVER_ADDRESS]: hostname, ...(port && { [ATTR_SERVER_PORT]: Number(port) }) };
    const help = 'Attempts to send, by what came of them';
    this.attempts = metrics.counter('tessera_campaign_attempts_total', help, ['outcome']);
    for (const outcome of OUTCOMES) this.attempts.inc({ outcome }, 0);
  }

  send({ messageId, campaignId, traceparent: parent }: Message, mail: Mail, deadline: number): Promise<Outcome> {
    const attributes = { ...this.server, 'tessera.message_id': messageId, 'tessera.campaign_id': campaignId };
    return this.tracing.span('smtp send', { kind: SpanKind.CLIENT, parent, attributes }, async (span) => {
      const outcome = await this.mailer.send(mail, deadline);
      this.attempts.inc({ outcome: outcome.kind });
      span.setAttribute('tessera.outcome', outcome.kind);
      if ('code' in outcome) span.setAttribute('tessera.reply', outcome.code);
      if (outcome.kind !== 'accepted') span.setStatus(isFailure);
      return outcome;
    });
  }

  /** Ends every attempt that is under way, and lets none begin. */
  close(): void {
    this.mailer.close();
  }
}
