import { Inject, Injectable } from '@nestjs/common';
import { isTransient } from '@tessera/platform-database';
import { Logger, SETTINGS } from '@tessera/platform-service';
import { AdvanceMessages, type Step } from './advance-messages.js';
import type { CampaignSettings } from './campaign.settings.js';
import type { Message, Outcome } from './domain/message.js';
import type { Mail } from './mail/mail.js';
import { NewWork } from './mail/new-work.js';
import { ObservedMailer } from './mail/observed-mailer.js';
import { ServerBackOff } from './mail/server-back-off.js';
import type { Ready } from './prepare-messages.js';

/** `until`, on the clock of `performance.now()`: when nobody need be told any more, because the lease has run out. */
type Result = Readonly<{ step: Step; until: number }>;

/**
 * Messages on their way through the mail server. What is committed as `sending` and has no committed outcome yet is never more than there are
 * connections: a message begins in the very transaction that writes down the outcome of the one before it. So however many are claimed ahead,
 * a crash leaves no more doubts than connections.
 */
@Injectable()
export class SendingLine {
  readonly backOff = new ServerBackOff();
  private readonly ready: Ready[] = [];
  private readonly results: Result[] = [];
  private readonly underWay = new Set<Promise<void>>();

  constructor(
    private readonly advanceMessages: AdvanceMessages,
    private readonly mailer: ObservedMailer,
    private readonly newWork: NewWork,
    private readonly logger: Logger,
    @Inject(SETTINGS) private readonly settings: CampaignSettings,
  ) {}

  /** Messages that were claimed and wait for a connection. */
  get waiting(): number {
    return this.ready.length;
  }

  get isIdle(): boolean {
    return this.underWay.size === 0;
  }

  add(ready: readonly Ready[]): void {
    this.ready.push(...ready);
  }

  /** Writes this down with the next turn. */
  note(steps: readonly Step[]): void {
    const until = performance.now() + this.settings.leaseMs;
    this.results.push(...steps.map((step) => ({ step, until })));
  }

  /** Gives back what has not begun. */
  giveBack(): void {
    this.note(this.ready.splice(0).map(({ step: { held } }) => ({ kind: 'release', held })));
  }

  /** One transaction: outcomes are written down, and as many messages begin as connections are free then. Answers whether there was anything to do. */
  async turn(): Promise<boolean> {
    const results = this.timely(this.results.splice(0));
    const free = this.backOff.atOnce(this.settings.connectionsMax) - this.underWay.size;
    const begins = this.ready.splice(0, Math.max(0, free));
    if (results.length + begins.length === 0) return false;

    const startedAt = performance.now();
    try {
      const sending = await this.advanceMessages.run([...results, ...begins].map(({ step }) => step));
      this.start(sending, begins, startedAt);
    } catch (error) {
      if (!isTransient(error)) await this.oneByOne(results, begins, error);
      else {
        // What the mail server said must not be lost to a database that is away for a moment: that would make it a doubt.
        this.results.unshift(...results);
        this.ready.unshift(...begins);
        throw error;
      }
    }
    return true;
  }

  /** Resolves when nothing is under way any more. */
  async finished(): Promise<void> {
    await Promise.all(this.underWay);
  }

  /** Ends every attempt that is under way, and lets none begin. */
  cutOff(): void {
    this.mailer.close();
  }

  private timely(results: readonly Result[]): readonly Result[] {
    const now = performance.now();
    const late = results.filter(({ until }) => until <= now);
    for (const { step } of late) {
      this.logger.error(
        { messageId: step.held.messageId },
        'an outcome could not be written down before the lease ran out',
      );
    }
    return late.length === 0 ? results : results.filter(({ until }) => until > now);
  }

  /** One message that cannot be taken on must not keep the others: its lease runs out. */
  private async oneByOne(results: readonly Result[], begins: readonly Ready[], cause: unknown): Promise<void> {
    this.logger.error({ err: cause }, 'messages could not be taken on together');
    for (const one of [...results, ...begins]) {
      const startedAt = performance.now();
      try {
        this.start(await this.advanceMessages.run([one.step]), begins, startedAt);
      } catch (error) {
        const { messageId } = one.step.held;
        this.logger.error({ err: error, messageId }, 'a message could not be taken on; its lease will run out');
      }
    }
  }

  /** `startedAt` is from before the lease begins, so that on this process's own clock the attempt always ends before the lease does. */
  private start(sending: readonly Message[], begins: readonly Ready[], startedAt: number): void {
    const mails = new Map(begins.map(({ step, mail }) => [step.held.messageId, mail]));
    for (const message of sending) {
      const mail = mails.get(message.messageId);
      if (!mail) continue;
      const delivery: Promise<void> = this.deliver(message, mail, startedAt).finally(() => {
        this.underWay.delete(delivery);
        this.newWork.rouse();
      });
      this.underWay.add(delivery);
    }
  }

  private async deliver(held: Message, mail: Mail, startedAt: number): Promise<void> {
    const { messageId } = held;
    try {
      const { pauseMs } = this.backOff;
      const outcome = await this.mailer.send(held, mail, startedAt + this.settings.attemptMs);
      this.results.push({ step: { kind: 'settle', held, outcome, pauseMs }, until: startedAt + this.settings.leaseMs });
      this.heed(outcome, messageId);
    } catch (error) {
      this.logger.error({ err: error, messageId }, 'a message could not be taken on; its lease will run out');
    }
  }

  private heed(outcome: Outcome, messageId: string): void {
    this.backOff.note(outcome);
    // Others may reach the server meanwhile, and what comes first should not wait for a lease.
    if (this.backOff.isDoubtful) this.giveBack();
    if (outcome.kind === 'unreachable' || outcome.kind === 'unknown') {
      this.logger.warn({ messageId, outcome }, 'the mail server did not answer as it should');
    }
  }
}
