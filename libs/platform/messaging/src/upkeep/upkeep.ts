import type { ServiceName } from '@tessera/contracts';
import type { Log } from '@tessera/platform-bus';
import { rows } from '@tessera/platform-database';
import type { DataSource } from 'typeorm';
import type { BatchConsumer } from '../consumer/consume-batch.js';
import type { MessagingLogger } from '../logger.js';
import type { SubjectRefresh } from '../refresh.js';
import type { Subjects } from '../subjects.js';
import { Announce } from './announce.js';
import type { UpkeepKind } from './errors.js';
import { enter, type UpkeepPhase } from './phase.js';
import type { OwnStates, Rebuildable } from './ports.js';
import { PublishedPositions } from './published-positions.js';
import { Rebuild, type RebuildPlan } from './rebuild.js';
import { Replay } from './replay.js';
import { Restoration } from './restoration.js';
import { advanceUpkeep, readUpkeep, type Step, type UpkeepRow } from './upkeep-row.js';

const PAGE_SIZE = 500;
const RECORDS_MAX = 500;

export type UpkeepParts = Readonly<{
  service: ServiceName;
  dataSource: DataSource;
  log: Log;
  logger: MessagingLogger;
  subjects: Subjects;
  refresh: SubjectRefresh | null;
  rebuildable: Rebuildable | null;
  ownStates: OwnStates | null;
  /** Topics published. */
  produces: readonly string[];
  topics: () => readonly string[];
  consumerFor(phase: UpkeepPhase): BatchConsumer;
  recordsMax?: number;
}>;

export type UpkeepStatus = Readonly<{
  underWay: UpkeepKind | null;
  /** The one under way, or the last one. */
  last: Omit<UpkeepRow, 'announcedTo'> | null;
  replayed: Readonly<{ records: number; of: number }>;
  toAnnounce: number;
}>;

/** How long replicas have to notice that reads are refused, before tables are emptied under them. */
export const CLOSING_MS = 1_500;

/** A rebuild or restore, step by step. Each step may be repeated, and be taken up by another process at any point. */
export class Upkeep {
  readonly published: PublishedPositions;
  readonly restoration: Restoration;
  private readonly rebuild: Rebuild;
  private readonly replay: Replay;

  constructor(private readonly parts: UpkeepParts) {
    this.published = new PublishedPositions(parts.dataSource, parts.log, parts.produces);
    this.restoration = new Restoration({ ...parts, published: this.published });
    this.rebuild = new Rebuild(parts);
    this.replay = new Replay({ ...parts, recordsMax: parts.recordsMax ?? RECORDS_MAX });
  }

  planRebuild(): Promise<RebuildPlan> {
    return this.rebuild.plan();
  }

  openRebuild(): Promise<void> {
    return this.rebuild.open();
  }

  async underWay(): Promise<UpkeepKind | null> {
    const [state] = await rows<{ upkeep: UpkeepKind | null }>(
      this.parts.dataSource.manager,
      'SELECT upkeep FROM service_state',
    );
    return state?.upkeep ?? null;
  }

  async status(): Promise<UpkeepStatus> {
    const { manager } = this.parts.dataSource;
    const row = await readUpkeep(manager);
    const [counts] = await rows<{ records: number; of: number; listed: number }>(
      manager,
      `SELECT coalesce(sum(t.until_offset - t.from_offset), 0)::bigint AS of,
              coalesce(sum(greatest(0, least(coalesce(o.next_offset, 0), t.until_offset) - t.from_offset)), 0)::bigint AS records,
              CASE WHEN (SELECT announces FROM upkeep) = 'all' THEN (SELECT count(*) FROM subjects)
                   ELSE (SELECT count(*) FROM upkeep_subjects) END AS listed
         FROM upkeep_targets t LEFT JOIN consumer_offsets o USING (topic, partition)`,
    );
    const { announcedTo: _, ...last } = row ?? { announcedTo: null };
    return {
      underWay: await this.underWay(),
      last: row ? (last as Omit<UpkeepRow, 'announcedTo'>) : null,
      replayed: { records: counts?.records ?? 0, of: counts?.of ?? 0 },
      toAnnounce: row ? (counts?.listed ?? 0) : 0,
    };
  }

  /** Does the step that is next; false when there is none, or it was stopped before its end. */
  async step(isStopping: () => boolean): Promise<boolean> {
    const row = await readUpkeep(this.parts.dataSource.manager);
    if (!row || row.step === 'done' || isStopping()) return false;
    this.parts.logger.info({ upkeep: row.kind, step: row.step }, 'upkeep goes on');
    return this.take(row, isStopping);
  }

  private async take(row: UpkeepRow, isStopping: () => boolean): Promise<boolean> {
    switch (row.step) {
      case 'closing':
        return this.close(row);
      case 'reading':
        return this.restoration.read(isStopping);
      case 'replaying': {
        const phase = row.kind === 'rebuilding' ? 'replaying' : 'catching-up';
        const group = `${this.parts.service}.${row.kind}-${row.beganAt.getTime()}`;
        const isDone = await this.replay.run(group, this.parts.consumerFor(phase), isStopping);
        return isDone && this.advance('replaying', 'announcing');
      }
      case 'announcing':
        return (await this.announce(isStopping)) && this.advance('announcing', 'done');
      case 'done':
        return false;
    }
  }

  private async close({ beganAt }: UpkeepRow): Promise<boolean> {
    const [clock] = await rows<{ passed: number }>(
      this.parts.dataSource.manager,
      'SELECT (extract(epoch FROM clock_timestamp() - $1::timestamptz) * 1000)::float8 AS passed',
      [beganAt.toISOString()],
    );
    const left = CLOSING_MS - (clock?.passed ?? 0);
    if (left > 0) await new Promise((resolve) => setTimeout(resolve, left));
    await this.rebuild.empty();
    return true;
  }

  private async announce(isStopping: () => boolean): Promise<boolean> {
    const { refresh, rebuildable } = this.parts;
    if (!refresh) return true;
    return new Announce({ ...this.parts, refresh, pageSize: rebuildable?.pageSize ?? PAGE_SIZE }).run(isStopping);
  }

  private async advance(from: Step, to: Step): Promise<boolean> {
    await this.parts.dataSource.transaction(async (tx) => {
      await enter(tx, 'announcing');
      await advanceUpkeep(tx, from, to);
    });
    return true;
  }
}
