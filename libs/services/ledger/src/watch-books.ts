import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { rows } from '@tessera/platform-database';
import { Logger, Metrics, SETTINGS } from '@tessera/platform-service';
import { DataSource } from 'typeorm';
import { CheckBooks } from './check-books.js';
import type { LedgerSettings } from './ledger.settings.js';

const LOOK_MS_MAX = 30_000;

type LastCheck = Readonly<{ broken: number; age: number }>;

/** Has the books checked again and again, by one replica at a time, and lets all of them tell what was found last. */
@Injectable()
export class WatchBooks implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly stopping = new AbortController();
  private running: Promise<void> | null = null;

  constructor(
    private readonly database: DataSource,
    private readonly checkBooks: CheckBooks,
    private readonly logger: Logger,
    @Inject(SETTINGS) private readonly settings: LedgerSettings,
    metrics: Metrics,
  ) {
    metrics.gauge('tessera_ledger_books_broken', 'Rules of the books that did not hold when they were checked last', {
      read: async (gauge) => tell(gauge, (await this.lastCheck())?.broken),
    });
    metrics.gauge('tessera_ledger_books_check_age_seconds', 'Time since the books were checked last', {
      read: async (gauge) => tell(gauge, (await this.lastCheck())?.age),
    });
  }

  /** Nest calls the hooks of an application that also consumes twice. */
  onApplicationBootstrap(): void {
    this.running ??= this.run();
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      await this.checkIfDue().catch((error: unknown) => this.logger.warn({ err: error }, 'the books were not checked'));
      await sleep(Math.min(this.settings.booksCheckMs, LOOK_MS_MAX), undefined, { signal }).catch(() => undefined);
    }
  }

  private async checkIfDue(): Promise<void> {
    const taken = await rows(
      this.database.manager,
      `UPDATE books_checked SET begun_at = clock_timestamp()
        WHERE begun_at <= clock_timestamp() - $1 * interval '1 millisecond' RETURNING begun_at`,
      [this.settings.booksCheckMs],
    );
    if (taken.length === 0) return;
    const { checks } = await this.checkBooks.run();
    const broken = checks.filter(({ holds }) => !holds);
    for (const { name, detail } of broken) this.logger.error({ rule: name, detail }, 'the books are broken');
    await rows(this.database.manager, 'UPDATE books_checked SET ended_at = clock_timestamp(), broken = $1', [
      broken.map(({ name }) => name),
    ]);
  }

  /** undefined before the first check, and when it cannot be read. */
  private async lastCheck(): Promise<LastCheck | undefined> {
    const [found] = await rows<LastCheck>(
      this.database.manager,
      `SELECT cardinality(broken) AS broken, extract(epoch FROM clock_timestamp() - ended_at)::float8 AS age
         FROM books_checked WHERE ended_at IS NOT NULL`,
    ).catch(() => []);
    return found;
  }
}

function tell(gauge: Readonly<{ set(value: number): void; remove(): void }>, value: number | undefined): void {
  if (value === undefined) gauge.remove();
  else gauge.set(value);
}
