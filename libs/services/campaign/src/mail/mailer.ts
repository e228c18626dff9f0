import { Inject, Injectable } from '@nestjs/common';
import { Failpoints } from '@tessera/platform-messaging';
import { SETTINGS } from '@tessera/platform-service';
import MailComposer from 'nodemailer/lib/mail-composer';
import { ADDRESS, type CampaignSettings } from '../campaign.settings.js';
import type { Outcome } from '../domain/message.js';
import { failureOf } from './failure.js';
import type { Mail } from './mail.js';
import { type SmtpOptions, SmtpSession } from './smtp-session.js';

/** Servers close sessions that idle; one that just did would make the next attempt fail for nothing. */
const IDLE_MS = 3_000;

/** Sends mails by SMTP over sessions that are kept for a moment. It sends each once; who tries again is not its business. */
@Injectable()
export class Mailer {
  private readonly options: SmtpOptions;
  private readonly sessions = new Set<SmtpSession>();
  private readonly idle = new Map<SmtpSession, NodeJS.Timeout>();
  private isClosed = false;

  constructor(
    @Inject(SETTINGS) private readonly settings: CampaignSettings,
    private readonly failpoints: Failpoints,
  ) {
    this.options = smtpOptions(settings);
  }

  /** `deadline`, on the clock of `performance.now()`, is the latest instant at which the end of DATA is written. */
  async send(mail: Mail, deadline: number): Promise<Outcome> {
    const raw = await this.compose(mail);
    if (this.isClosed) return { kind: 'unreachable', code: 'closing' };
    let session: SmtpSession;
    try {
      session = this.takeIdle() ?? (await SmtpSession.open(this.options, deadline));
    } catch (error) {
      return failureOf(error, false);
    }
    if (this.isClosed) session.close();
    this.sessions.add(session);
    const from = ADDRESS.exec(this.settings.from)?.[1] ?? this.settings.from;
    this.failpoints.reached('mailer.before-send', { count: 1 });
    const outcome = await session.send({ from, to: mail.to }, raw, deadline);
    this.failpoints.reached('mailer.after-answer', { count: 1 });
    if (session.isUsable) this.keep(session);
    else this.sessions.delete(session);
    return outcome;
  }

  /** Sessions in the middle of a mail are cut off too, and nothing is sent any more. */
  close(): void {
    this.isClosed = true;
    for (const timer of this.idle.values()) clearTimeout(timer);
    this.idle.clear();
    for (const session of this.sessions) session.close();
    this.sessions.clear();
  }

  private async compose({ to, subject, text, html, rfcMessageId }: Mail): Promise<Buffer> {
    const { from } = this.settings;
    const composer = new MailComposer({
      from,
      to: { name: '', address: to },
      subject,
      text,
      html,
      messageId: rfcMessageId,
      headers: { 'Auto-Submitted': 'auto-generated' },
      disableFileAccess: true,
      disableUrlAccess: true,
    });
    return composer.compile().build();
  }

  private takeIdle(): SmtpSession | undefined {
    for (const [session, timer] of this.idle) {
      clearTimeout(timer);
      this.idle.delete(session);
      if (session.isUsable) return session;
      this.sessions.delete(session);
    }
    return undefined;
  }

  private keep(session: SmtpSession): void {
    const timer = setTimeout(() => {
      this.idle.delete(session);
      this.sessions.delete(session);
      session.quit();
    }, IDLE_MS);
    this.idle.set(session, timer);
  }
}

function smtpOptions({ smtpUrl, connectMs, replyMs }: CampaignSettings): SmtpOptions {
  const url = new URL(smtpUrl);
  const secure = url.protocol === 'smtps:';
  const isSet = (name: string): boolean => url.searchParams.get(name) === 'true';
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port ? Number(url.port) : secure ? 465 : 587,
    secure,
    ignoreTLS: isSet('ignoreTLS'),
    requireTLS: isSet('requireTLS'),
    auth: url.username ? { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) } : null,
    connectMs,
    replyMs,
  };
}
