import { setTimeout as sleep } from 'node:timers/promises';
import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Logger } from '@tessera/platform-service';
import { DataSource } from 'typeorm';
import { KeepProfiles } from './keep-profiles.js';
import { MemberTransactions } from './member-transactions.js';

const AT_ONCE = 500;
const RETRY_MS = 5_000;

/**
 * At start, in the background: publishes under the first key every contact that was published under another one, or not at all for want
 * of keys. Once it is through, compaction takes what older keys sealed off the log, and those keys can go.
 */
@Injectable()
export class SealContactsAnew implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly dataSource: DataSource,
    private readonly transactions: MemberTransactions,
    private readonly keepProfiles: KeepProfiles,
    private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    if (this.keepProfiles.canSeal) this.running = this.run();
    else this.logger.warn({}, 'no contact keys: contacts are kept, and published once there are some');
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    let after = '';
    let sealed = 0;
    while (!this.stopping.signal.aborted) {
      try {
        const memberIds = await this.keepProfiles.toSealAnew(this.dataSource.manager, after, AT_ONCE);
        if (memberIds.length === 0) break;
        sealed += await this.transactions.run(memberIds, (tx, locked) => this.keepProfiles.sealAnew(tx, locked));
        after = memberIds.at(-1) ?? after;
      } catch (error) {
        this.logger.warn({ err: error }, 'sealing contacts anew will be tried again');
        await sleep(RETRY_MS, undefined, { signal: this.stopping.signal }).catch(() => undefined);
      }
    }
    if (sealed > 0) this.logger.info({ members: sealed }, 'contacts published under the first key');
  }
}
