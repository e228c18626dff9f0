import { contractFor, type Keep, type ServiceName } from '@tessera/contracts';
import type { Log } from '@tessera/platform-bus';
import { rows } from '@tessera/platform-database';
import type { DataSource } from 'typeorm';
import { lockReferenceData } from '../reference-data.js';
import { raiseEpoch } from './epoch.js';
import { LogIncomplete, NotRebuildable, TablesUnaccounted, UpkeepUnderWay } from './errors.js';
import { enter } from './phase.js';
import type { Rebuildable } from './ports.js';
import { lockPositions } from './positions.js';
import { advanceUpkeep, openUpkeep } from './upkeep-row.js';

/** Tables of the platform: of messaging, of migrations and of idempotent requests. */
const PLATFORM_TABLES = [
  'consumer_offsets',
  'dead_letters',
  'idempotent_requests',
  'migrations',
  'outbox',
  'published_positions',
  'relay_lease',
  'service_state',
  'state_versions',
  'subjects',
  'upkeep',
  'upkeep_subjects',
  'upkeep_targets',
];

export type RebuildPlan = Readonly<{
  service: ServiceName;
  topics: readonly Readonly<{ topic: string; kept: Keep; records: number }>[];
  empties: readonly string[];
  keeps: readonly string[];
  /** Members of whom each state is said once more. */
  members: number;
}>;

type Parts = Readonly<{
  service: ServiceName;
  dataSource: DataSource;
  log: Pick<Log, 'offsets'>;
  rebuildable: Rebuildable | null;
  topics: () => readonly string[];
}>;

export class Rebuild {
  constructor(private readonly parts: Parts) {}

  /** What a rebuild would do. Throws `NotRebuildable` or `LogIncomplete`. */
  async plan(): Promise<RebuildPlan> {
    const { service, dataSource, log, topics } = this.parts;
    const { empties, keeps } = this.rebuildable();
    await this.assertAccounted();
    const positions = await rows<{ topic: string; partition: number; next_offset: number }>(
      dataSource.manager,
      'SELECT topic, partition, next_offset FROM consumer_offsets',
    );
    const next = new Map(positions.map((row) => [`${row.topic}/${row.partition}`, row.next_offset]));
    const records = new Map<string, number>();
    for (const { topic, partition, earliest } of await log.offsets(topics())) {
      if (keepOf(topic) === 'forever' && earliest > 0) throw new LogIncomplete(topic, partition, earliest);
      const until = next.get(`${topic}/${partition}`) ?? 0;
      records.set(topic, (records.get(topic) ?? 0) + Math.max(0, until - earliest));
    }
    const [members] = await rows<{ count: number }>(dataSource.manager, 'SELECT count(*) FROM subjects');
    return {
      service,
      topics: [...records].map(([topic, count]) => ({ topic, kept: keepOf(topic), records: count })),
      empties,
      keeps,
      members: members?.count ?? 0,
    };
  }

  /**
   * Notes how far this service has come on the log and the instant, raises the epoch, and shuts everybody else out; what is to be told of later events and
   * later instants is told in everyday life, afterwards. Asked again meanwhile it changes nothing. Throws as `plan`, or `UpkeepUnderWay`.
   */
  async open(): Promise<void> {
    await this.plan();
    await this.parts.dataSource.transaction(async (tx) => {
      const positions = await lockPositions(tx);
      await lockReferenceData(tx);
      const [state] = await rows<{ upkeep: 'rebuilding' | 'restoring' | null }>(tx, 'SELECT upkeep FROM service_state');
      if (state?.upkeep === 'rebuilding') return;
      if (state?.upkeep) throw new UpkeepUnderWay(state.upkeep);
      await raiseEpoch(tx);
      await openUpkeep(tx, { kind: 'rebuilding', step: 'closing', announces: 'all' });
      await rows(
        tx,
        `INSERT INTO upkeep_targets (topic, partition, from_offset, until_offset)
         SELECT topic, partition, 0, until FROM unnest($1::text[], $2::int[], $3::bigint[]) AS p(topic, partition, until)
          WHERE topic = ANY ($4::text[]) AND until > 0`,
        [
          positions.map(({ topic }) => topic),
          positions.map(({ partition }) => partition),
          positions.map(({ next_offset }) => next_offset),
          this.parts.topics(),
        ],
      );
    });
  }

  /** From here on the old is gone, and the replay begins at the beginning. */
  async empty(): Promise<void> {
    const { empties } = this.rebuildable();
    await this.parts.dataSource.transaction(async (tx) => {
      await enter(tx, 'replaying');
      await lockPositions(tx);
      await lockReferenceData(tx);
      if (!(await advanceUpkeep(tx, 'closing', 'replaying'))) return;
      await rows(tx, `TRUNCATE ${[...empties, 'state_versions'].map((table) => `"${table}"`).join(', ')}`);
      await rows(
        tx,
        `UPDATE consumer_offsets o SET next_offset = 0 FROM upkeep_targets t
          WHERE o.topic = t.topic AND o.partition = t.partition`,
      );
      await rows(tx, 'UPDATE subjects SET due_at = NULL WHERE due_at IS NOT NULL');
    });
  }

  private rebuildable(): Rebuildable {
    if (!this.parts.rebuildable) throw new NotRebuildable(this.parts.service);
    return this.parts.rebuildable;
  }

  /** A table that a rebuild forgets would be filled twice, or keep what is wrong. */
  private async assertAccounted(): Promise<void> {
    const { empties, keeps } = this.rebuildable();
    const left = await rows<{ name: string }>(
      this.parts.dataSource.manager,
      `SELECT relname AS name FROM pg_class
        WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
          AND relname <> ALL ($1::text[]) ORDER BY relname`,
      [[...PLATFORM_TABLES, ...empties, ...keeps]],
    );
    if (left.length > 0) throw new TablesUnaccounted(left.map(({ name }) => name));
  }
}

const keepOf = (topic: string): Keep => contractFor(topic)?.keep ?? 'forever';
