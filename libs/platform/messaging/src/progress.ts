import type { ServiceName } from '@tessera/contracts';
import type { Log } from '@tessera/platform-bus';
import { rows } from '@tessera/platform-database';
import type { DataSource } from 'typeorm';
import type { ParkedFacts, ParkedSummary, UnfinishedWork } from './refresh.js';

/** How far a service has come, read from its database and the log alone, so that every replica says the same. */
export type Progress = Readonly<{
  service: ServiceName;
  /** Records passed on all partitions since the beginning of the log. */
  handled: number;
  /** Records on the log that are still to be handled. */
  lag: number;
  /** The same for each topic that it hears. */
  lagByTopic: Readonly<Record<string, number>>;
  /** Events written but not yet on the log, and the age of the oldest in seconds. */
  outbox: number;
  outboxAgeSeconds: number;
  parked: readonly ParkedSummary[];
  /** Members still to be refreshed (due, or on older reference data), a rebuild or restore under way, and what else the service says is unfinished. */
  work: number;
  /** Dead letters that wait for an operator. */
  deadLetters: number;
  /** The instant up to which all that time alone changes has been applied: the database's clock when nothing is due. */
  exitsAppliedUntil: Date;
  /** When time alone will change something next. */
  nextExit: Date | null;
}>;

type Parts = Readonly<{
  service: ServiceName;
  dataSource: DataSource;
  log: Log;
  topics: () => readonly string[];
  parked: ParkedFacts | null;
  unfinished: UnfinishedWork | null;
}>;

type Levels = {
  outbox: number;
  outbox_age: number;
  dead_letters: number;
  due: number;
  stale: number;
  upkeep: number;
  next_due: Date | null;
  now: Date;
};

export class ReadProgress {
  constructor(private readonly parts: Parts) {}

  async read(): Promise<Progress> {
    const { service, dataSource, parked, unfinished } = this.parts;
    const { handled, lagByTopic } = await this.positions();
    const [levels] = await rows<Levels>(dataSource.manager, LEVELS);
    if (!levels) throw new Error('levels of the database could not be read');
    return {
      service,
      handled,
      lag: Object.values(lagByTopic).reduce((sum, lag) => sum + lag, 0),
      lagByTopic,
      outbox: levels.outbox,
      outboxAgeSeconds: levels.outbox_age,
      parked: parked ? await parked.summary(dataSource.manager) : [],
      work: levels.due + levels.stale + levels.upkeep + (unfinished ? await unfinished.count(dataSource.manager) : 0),
      deadLetters: levels.dead_letters,
      exitsAppliedUntil:
        levels.next_due && levels.next_due <= levels.now ? new Date(levels.next_due.getTime() - 1) : levels.now,
      nextExit: levels.next_due,
    };
  }

  private async positions(): Promise<Pick<Progress, 'handled' | 'lagByTopic'>> {
    const { dataSource, log, topics } = this.parts;
    const known = await rows<{ topic: string; partition: number; next_offset: number }>(
      dataSource.manager,
      'SELECT topic, partition, next_offset FROM consumer_offsets',
    );
    const next = new Map(known.map((row) => [`${row.topic}/${row.partition}`, row.next_offset]));
    let handled = 0;
    const lagByTopic: Record<string, number> = {};
    for (const { topic, partition, earliest, end } of await log.offsets(topics())) {
      const position = Math.max(next.get(`${topic}/${partition}`) ?? 0, earliest);
      handled += position;
      lagByTopic[topic] = (lagByTopic[topic] ?? 0) + Math.max(0, end - position);
    }
    return { handled, lagByTopic };
  }
}

const LEVELS = `
  SELECT (SELECT count(*) FROM outbox) AS outbox,
         coalesce((SELECT extract(epoch FROM clock_timestamp() - min(created_at))::float8 FROM outbox), 0) AS outbox_age,
         (SELECT count(*) FROM dead_letters WHERE status = 'open') AS dead_letters,
         (SELECT count(*) FROM subjects WHERE due_at <= (SELECT clock_timestamp())) AS due,
         (SELECT count(*) FROM subjects s, service_state st WHERE s.basis < st.basis) AS stale,
         (SELECT count(*) FROM service_state WHERE upkeep IS NOT NULL) AS upkeep,
         (SELECT min(due_at) FROM subjects) AS next_due,
         date_trunc('milliseconds', clock_timestamp()) AS now`;
