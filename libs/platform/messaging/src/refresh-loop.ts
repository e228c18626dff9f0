import { isStatementTimeout, isTransient, rows } from '@tessera/platform-database';
import type { DataSource } from 'typeorm';
import type { MessagingLogger } from './logger.js';
import { shareReferenceData } from './reference-data.js';
import type { SubjectRefresh } from './refresh.js';
import { Subjects } from './subjects.js';
import { Wakeup } from './wakeup.js';

const SUBJECTS_MAX = 500;
const POLL_MS = 500;
const BACK_OFF_MS = 1_000;
const SET_ASIDE_MS = 60_000;

type Parts = Readonly<{
  dataSource: DataSource;
  subjects: Subjects;
  refresh: SubjectRefresh;
  logger: MessagingLogger;
}>;

/**
 * Does without an event what time or changed reference data ask for: subjects whose due instant has come, and those that
 * still stand on an older basis. Replicas share the work; a subject that someone holds is left for the next turn.
 */
export class RefreshLoop {
  private readonly wakeup = new Wakeup();
  private readonly setAside = new Map<string, number>();
  private running: Promise<void> | null = null;
  private stopping = false;

  constructor(private readonly parts: Parts) {}

  start(): void {
    this.running = this.run();
  }

  async stop(): Promise<void> {
    this.stopping = true;
    this.wakeup.wake();
    await this.running;
  }

  /** Refreshes until nothing is due; reads that promise to have applied exits already due call it first. */
  async drain(): Promise<void> {
    for (;;) {
      const refreshed = await this.refreshSome('due, waiting');
      if (refreshed === 0) return;
    }
  }

  private async run(): Promise<void> {
    while (!this.stopping) {
      try {
        const refreshed = (await this.refreshSome('due')) + (await this.refreshSome('stale'));
        if (refreshed === 0) await this.wakeup.sleep(POLL_MS);
      } catch (error) {
        this.parts.logger.warn({ err: error }, 'refresh will be tried again');
        await this.wakeup.sleep(BACK_OFF_MS);
      }
    }
  }

  private async refreshSome(which: keyof typeof PICK): Promise<number> {
    try {
      return await this.refreshUpTo(this.parts.refresh.subjectsMax ?? SUBJECTS_MAX, which);
    } catch (error) {
      if (mustWait(error)) throw error;
      return this.refreshOneByOne(which);
    }
  }

  /** One broken subject must not keep the others waiting: it is named, set aside for a while, and shows as overdue. */
  private async refreshOneByOne(which: keyof typeof PICK): Promise<number> {
    for (let turn = 0; turn < SUBJECTS_MAX; turn += 1) {
      let picked: readonly string[] = [];
      try {
        if ((await this.refreshUpTo(1, which, (subjects) => (picked = subjects))) === 0) return turn;
      } catch (error) {
        if (mustWait(error)) throw error;
        for (const subject of picked) this.setAside.set(subject, performance.now() + SET_ASIDE_MS);
        this.parts.logger.error({ err: error, subjects: picked }, 'refresh of a member failed; it is set aside');
      }
    }
    return SUBJECTS_MAX;
  }

  private async refreshUpTo(
    limit: number,
    which: keyof typeof PICK,
    onPicked: (subjects: readonly string[]) => void = () => undefined,
  ): Promise<number> {
    const { dataSource, subjects, refresh } = this.parts;
    return dataSource.transaction(async (tx) => {
      await shareReferenceData(tx);
      const picked = await rows<{ subject: string }>(tx, PICK[which], [limit, this.skipped()]);
      if (picked.length === 0) return 0;

      const ids = picked.map(({ subject }) => subject);
      onPicked(ids);
      const locked = await subjects.lock(tx, ids);
      await refresh.refresh(tx, locked);
      locked.assertSettled();
      return ids.length;
    });
  }

  private skipped(): readonly string[] {
    const now = performance.now();
    for (const [subject, until] of this.setAside) if (until <= now) this.setAside.delete(subject);
    return [...this.setAside.keys()];
  }
}

/** A statement that ran into its own time-out is the fault of those at hand, and of a single one in the end. */
const mustWait = (error: unknown): boolean => isTransient(error) && !isStatementTimeout(error);

/** While a service is rebuilt or restored nothing is due: what time brings meanwhile comes after. */
const IS_OPEN = 'EXISTS (SELECT FROM service_state WHERE upkeep IS NULL)';

/**
 * The clock is asked in a query of its own: asked again for each row, it could not be looked up in an index, and all members who will be
 * due some day were read at every turn.
 *
 * The loop leaves what someone else holds: replicas share the work. A drain must not, for its reader was promised that all is
 * applied: it picks without locking, and then waits in the order of ids as everyone does.
 */
export const PICK = {
  due: `SELECT subject FROM subjects WHERE due_at <= (SELECT clock_timestamp()) AND subject <> ALL ($2::text[]) AND ${IS_OPEN}
         ORDER BY due_at LIMIT $1 FOR UPDATE SKIP LOCKED`,
  'due, waiting': `SELECT subject FROM subjects WHERE due_at <= (SELECT clock_timestamp()) AND subject <> ALL ($2::text[]) AND ${IS_OPEN}
         ORDER BY due_at LIMIT $1`,
  stale: `SELECT subject FROM subjects WHERE basis < (SELECT basis FROM service_state) AND subject <> ALL ($2::text[]) AND ${IS_OPEN}
           ORDER BY basis LIMIT $1 FOR UPDATE SKIP LOCKED`,
} as const;
