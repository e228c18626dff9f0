import { rows } from '@tessera/platform-database';
import type { DataSource } from 'typeorm';
import { ForeignLog } from '../errors.js';
import type { MessagingLogger } from '../logger.js';
import type { Subjects } from '../subjects.js';
import { Wakeup } from '../wakeup.js';
import { ServiceInUpkeep, type UpkeepKind } from './errors.js';
import type { KnownLog } from './known-log.js';
import type { Upkeep } from './upkeep.js';

const POLL_MS = 500;
const NOTE_MS = 5_000;
const BACK_OFF_MS = 1_000;

/** Among the session's advisory locks of a service's database: held by the one process that does the upkeep. */
const LOCK = 7_355_608_002;

type Parts = Readonly<{
  dataSource: DataSource;
  logger: MessagingLogger;
  subjects: Subjects;
  knownLog: KnownLog;
  upkeep: Upkeep;
}>;

/**
 * Watches over what a service stands on: the right log, and a database that is not behind what it has published. Does a rebuild or restore when there is one
 * to be done; of several processes one does it, and the others wait.
 */
export class UpkeepLoop {
  private readonly wakeup = new Wakeup();
  private running: Promise<void> | null = null;
  private stopping = false;
  private foreign: ForeignLog | null = null;
  private kind: UpkeepKind | null = null;
  private onOwnLog: () => void = () => undefined;
  private notedAt = 0;

  constructor(private readonly parts: Parts) {}

  /** To be awaited before anything else runs. Before another log than the known one nothing is changed, consumed, published or sent. */
  async prepare(): Promise<void> {
    const { knownLog, upkeep, subjects, logger } = this.parts;
    const wasForeign = this.foreign !== null;
    this.foreign = await knownLog.check();
    subjects.hold(this.foreign);
    if (this.foreign) {
      const said = 'this is not the log that fed this database: nothing is done before it';
      if (!wasForeign) logger.error({ err: this.foreign }, said);
      return;
    }
    this.kind = await upkeep.underWay();
    if (this.kind === null && (await upkeep.restoration.detect())) this.kind = 'restoring';
  }

  /** Calls back at once, or as soon as the log is adopted. */
  whenOnOwnLog(begin: () => void): void {
    if (this.foreign) this.onOwnLog = begin;
    else begin();
  }

  isOnOwnLog(): boolean {
    return this.foreign === null;
  }

  /** Why a request cannot be answered now; null when it can. In a restore what is there may be read, writing refuses itself. */
  whyClosed(): ForeignLog | ServiceInUpkeep | null {
    if (this.foreign) return this.foreign;
    return this.kind === 'rebuilding' ? new ServiceInUpkeep('rebuilding') : null;
  }

  /** Only when consumers are connected: a replay goes through their handlers. */
  start(): void {
    this.running ??= this.run();
  }

  wake(): void {
    this.wakeup.wake();
  }

  /** An operator's word; answers when it is opened. */
  async open(what: () => Promise<void>): Promise<void> {
    await what();
    this.kind = await this.parts.upkeep.underWay();
    this.wake();
  }

  async stop(): Promise<void> {
    this.stopping = true;
    this.wake();
    await this.running;
  }

  private async run(): Promise<void> {
    while (!this.stopping) {
      try {
        await this.turn();
        if (!this.stopping) await this.wakeup.sleep(POLL_MS);
      } catch (error) {
        this.parts.logger.warn({ err: error }, 'upkeep will be tried again');
        if (!this.stopping) await this.wakeup.sleep(BACK_OFF_MS);
      }
    }
    if (this.kind === null && !this.foreign) await this.note().catch(() => undefined);
  }

  private async turn(): Promise<void> {
    if (this.foreign) return this.lookAgain();
    this.kind = await this.parts.upkeep.underWay();
    if (this.kind === null) {
      if (performance.now() - this.notedAt > NOTE_MS) await this.note();
      return;
    }
    await this.alone(async () => {
      while (await this.parts.upkeep.step(() => this.stopping));
    });
    this.kind = await this.parts.upkeep.underWay();
    if (this.kind === null) this.parts.logger.info({}, 'upkeep is done');
  }

  private async lookAgain(): Promise<void> {
    await this.prepare();
    if (this.foreign) return;
    const begin = this.onOwnLog;
    this.onOwnLog = () => undefined;
    begin();
  }

  private async note(): Promise<void> {
    this.notedAt = performance.now();
    if (!(await this.parts.upkeep.published.noteInEverydayLife())) await this.parts.upkeep.restoration.detect();
  }

  /** Does nothing if another process is at it. The lock ends with its connection, so also with a process that is killed. */
  private async alone(work: () => Promise<void>): Promise<void> {
    const session = this.parts.dataSource.createQueryRunner();
    try {
      await session.connect();
      const [lock] = await rows<{ held: boolean }>(session.manager, 'SELECT pg_try_advisory_lock($1) AS held', [LOCK]);
      if (!lock?.held) return;
      try {
        await work();
      } finally {
        await rows(session.manager, 'SELECT pg_advisory_unlock($1)', [LOCK]);
      }
    } finally {
      await session.release();
    }
  }
}
