import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Logger, Metrics, SETTINGS } from '@tessera/platform-service';
import type { CampaignSettings } from './campaign.settings.js';
import { ClaimMessages } from './claim-messages.js';
import { DeliverMessage } from './deliver-message.js';
import { type Message, OUTCOMES, type Outcome } from './domain/message.js';
import { NewWork } from './mail/new-work.js';

const POLL_MS = 500;
const BACK_OFF_MS = 1_000;
const PAUSE_FIRST_MS = 500;
const PAUSE_MAX_MS = 30_000;
const FINISH_MS = 3_000;

/** Sends what there is to send, from start to end of the service, at most `connectionsMax` at one time. Any number of replicas may run. */
@Injectable()
export class Sender implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly underWay = new Set<Promise<void>>();
  private running: Promise<void> | null = null;
  private stopped: Promise<void> | null = null;
  private isStopping = false;
  /** Attempts in a row that did not reach the mail server: it is then left alone, ever longer, and asked with one message at a time. */
  private failures = 0;
  private resumeAt = 0;
  private readonly attempts;

  constructor(
    private readonly claimMessages: ClaimMessages,
    private readonly deliverMessage: DeliverMessage,
    private readonly newWork: NewWork,
    private readonly logger: Logger,
    @Inject(SETTINGS) private readonly settings: CampaignSettings,
    metrics: Metrics,
  ) {
    this.attempts = metrics.counter('tessera_campaign_attempts_total', 'Attempts to send, by what came of them', [
      'outcome',
    ]);
    for (const outcome of OUTCOMES) this.attempts.inc({ outcome }, 0);
  }

  /** Nest calls the hooks of an application that also consumes twice; a second loop would double the connections. */
  onApplicationBootstrap(): void {
    if (this.running) return;
    void this.newWork.listen();
    this.running = this.run();
  }

  onApplicationShutdown(): Promise<void> {
    this.stopped ??= this.stop();
    return this.stopped;
  }

  /** Lets what is under way finish for a moment, then cuts it off: what had not reached the end of DATA is given back. */
  private async stop(): Promise<void> {
    this.isStopping = true;
    this.newWork.wake();
    await this.running;
    await Promise.race([Promise.all(this.underWay), sleep(FINISH_MS, undefined, { ref: false })]);
    this.deliverMessage.cutOff();
    await Promise.all(this.underWay);
    await this.newWork.close();
  }

  private async run(): Promise<void> {
    while (!this.isStopping) {
      try {
        const taken = await this.takeSome();
        if (taken === 0) await this.newWork.sleep(POLL_MS);
      } catch (error) {
        this.logger.warn({ err: error }, 'claiming will be tried again');
        await sleep(BACK_OFF_MS);
      }
    }
  }

  private async takeSome(): Promise<number> {
    if (performance.now() < this.resumeAt) return 0;
    const free = (this.failures > 0 ? 1 : this.settings.connectionsMax) - this.underWay.size;
    if (free <= 0) return 0;
    const claimed = await this.claimMessages.run(free);
    for (const message of claimed) this.begin(message);
    return claimed.length;
  }

  private begin(message: Message): void {
    const delivery: Promise<void> = this.deliver(message).finally(() => {
      this.underWay.delete(delivery);
      this.newWork.wake();
    });
    this.underWay.add(delivery);
  }

  private async deliver(message: Message): Promise<void> {
    const { messageId } = message;
    try {
      const outcome = await this.deliverMessage.run(message, this.pauseMs);
      if (!outcome) return;
      this.note(outcome);
      if (outcome.kind === 'unreachable' || outcome.kind === 'unknown') {
        this.logger.warn({ messageId, outcome }, 'the mail server did not answer as it should');
      }
    } catch (error) {
      this.logger.error({ err: error, messageId }, 'a message could not be taken on; its lease will run out');
    }
  }

  private note({ kind }: Outcome): void {
    this.attempts.inc({ outcome: kind });
    if (kind === 'unreachable') {
      this.resumeAt = performance.now() + this.pauseMs;
      this.failures += 1;
    } else if (kind !== 'unknown') {
      this.failures = 0;
      this.resumeAt = 0;
    }
  }

  private get pauseMs(): number {
    return Math.min(PAUSE_MAX_MS, PAUSE_FIRST_MS * 2 ** Math.min(this.failures, 10));
  }
}
