import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { OwnWork } from '@tessera/platform-messaging';
import { Logger, SETTINGS } from '@tessera/platform-service';
import type { CampaignSettings } from './campaign.settings.js';
import { ClaimMessages } from './claim-messages.js';
import { NewWork } from './mail/new-work.js';
import { PrepareMessages } from './prepare-messages.js';
import { SendingLine } from './sending-line.js';

const POLL_MS = 500;
const AGAIN_MS = 200;
const FINISH_MS = 3_000;
/** Claimed ahead for each connection, so that none waits for a claim, and no replica takes much more than it can send at once. */
const AHEAD = 8;

/** Sends what there is to send, from start to end of the service, at most `connectionsMax` at one time. Any number of replicas may run. */
@Injectable()
export class Sender implements OnApplicationBootstrap, OnApplicationShutdown, OwnWork {
  private running: Promise<void> | null = null;
  private claiming: Promise<void> | null = null;
  private stopped: Promise<void> | null = null;
  private isStopping = false;
  /** When to look for messages again, unless news comes first. */
  private claimAt = 0;

  constructor(
    private readonly claimMessages: ClaimMessages,
    private readonly prepareMessages: PrepareMessages,
    private readonly line: SendingLine,
    private readonly newWork: NewWork,
    private readonly logger: Logger,
    @Inject(SETTINGS) private readonly settings: CampaignSettings,
  ) {}

  /** Nest calls the hooks of an application that also consumes twice; a second loop would double the connections. */
  onApplicationBootstrap(): void {
    if (this.running) return;
    void this.newWork.listen();
    this.running = this.run();
  }

  onApplicationShutdown(): Promise<void> {
    return this.stop();
  }

  /** Lets what is under way finish for a moment, then cuts it off: what had not reached the end of DATA is given back. */
  stop(): Promise<void> {
    this.stopped ??= this.end();
    return this.stopped;
  }

  private async end(): Promise<void> {
    this.isStopping = true;
    this.newWork.rouse();
    await this.running;
    await this.claiming;
    this.line.giveBack();
    await this.writeDown();
    await Promise.race([this.line.finished(), sleep(FINISH_MS, undefined, { ref: false })]);
    this.line.cutOff();
    await this.line.finished();
    await this.writeDown();
    await this.newWork.close();
  }

  private async run(): Promise<void> {
    while (!this.isStopping) {
      try {
        this.claimAhead();
        if (!(await this.line.turn())) await this.newWork.sleep(POLL_MS);
      } catch (error) {
        this.logger.warn({ err: error }, 'sending will be taken on again');
        await sleep(AGAIN_MS);
      }
    }
  }

  /** Beside the turns, which need not wait for it. */
  private claimAhead(): void {
    const limit = this.wanted();
    const isTime = performance.now() >= this.claimAt;
    if (this.claiming || limit <= 0 || !(this.newWork.takeNews() || isTime)) return;
    this.claimAt = performance.now() + POLL_MS;
    this.claiming = this.claim(limit)
      .catch((error: unknown) => this.logger.warn({ err: error }, 'claiming will be tried again'))
      .finally(() => {
        this.claiming = null;
        this.newWork.rouse();
      });
  }

  private wanted(): number {
    const { line } = this;
    const { connectionsMax } = this.settings;
    const atOnce = line.backOff.atOnce(connectionsMax);
    if (line.backOff.isDoubtful) return line.isIdle ? atOnce - line.waiting : 0;
    return line.waiting <= (connectionsMax * AHEAD) / 2 ? connectionsMax * AHEAD - line.waiting : 0;
  }

  private async claim(limit: number): Promise<void> {
    const claimed = await this.claimMessages.run(limit);
    if (claimed.length === limit) this.claimAt = 0;
    if (claimed.length === 0) return;
    try {
      const { ready, steps } = await this.prepareMessages.run(claimed);
      this.line.add(ready);
      this.line.note(steps);
    } catch (error) {
      this.line.note(claimed.map((held) => ({ kind: 'release', held })));
      throw error;
    }
  }

  /** Every outcome so far, unless the database stays away: then leases run out. */
  private async writeDown(): Promise<void> {
    for (let attempt = 1; attempt <= 10; attempt += 1) {
      try {
        while (await this.line.turn());
        return;
      } catch (error) {
        this.logger.warn({ err: error }, 'outcomes will be written down again');
        await sleep(AGAIN_MS);
      }
    }
  }
}
