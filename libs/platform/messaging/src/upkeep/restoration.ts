import type { Log } from '@tessera/platform-bus';
import { rows, type Transaction } from '@tessera/platform-database';
import type { DataSource } from 'typeorm';
import type { MessagingLogger } from '../logger.js';
import { lockReferenceData } from '../reference-data.js';
import type { Subjects } from '../subjects.js';
import { raiseEpoch } from './epoch.js';
import { UpkeepUnderWay } from './errors.js';
import { beyond, ownPages, type OwnRecord, ownRecords } from './own-records.js';
import { enter } from './phase.js';
import type { OwnStates } from './ports.js';
import type { PublishedPositions, Unseen } from './published-positions.js';
import { advanceUpkeep, openUpkeep } from './upkeep-row.js';
import { lockPositions } from './positions.js';

type Parts = Readonly<{
  dataSource: DataSource;
  log: Log;
  logger: MessagingLogger;
  subjects: Subjects;
  published: PublishedPositions;
  ownStates: OwnStates | null;
  /** Topics consumed. */
  topics: () => readonly string[];
}>;

/**
 * What a database does that was set back to an earlier state while the log went on: it takes a new epoch, reads what it published in the time it has
 * forgotten, hears again what it had consumed in that time, and says anew how the members stand of whom it had spoken.
 */
export class Restoration {
  constructor(private readonly parts: Parts) {}

  /** Looks at what the log holds of our own since we last looked, and opens a restore if this database cannot have written it. */
  async detect(): Promise<boolean> {
    const { dataSource, log, logger, published } = this.parts;
    const unseen = await published.unseen();
    for (const partition of unseen) {
      for await (const { records } of ownPages(log, partition)) {
        const [proof] = await beyond(dataSource.manager, ownRecords(records));
        if (!proof) continue;
        const { topic, subject, epoch, sequence } = proof;
        logger.error(
          { topic, memberId: subject, epoch, sequence },
          'the log holds what this database has not written: it was restored. It takes a new epoch and catches up',
        );
        await this.open('listed');
        return true;
      }
    }
    await published.note(dataSource.manager, unseen);
    return false;
  }

  /** Throws `UpkeepUnderWay`. `all` has every state said anew, not only those that the log shows to have been spoken of since. */
  async open(announces: 'all' | 'listed'): Promise<void> {
    await this.parts.dataSource.transaction(async (tx) => {
      await lockPositions(tx);
      await lockReferenceData(tx);
      const [state] = await rows<{ upkeep: 'rebuilding' | 'restoring' | null }>(tx, 'SELECT upkeep FROM service_state');
      if (state?.upkeep === 'restoring' && announces === 'listed') return;
      if (state?.upkeep) throw new UpkeepUnderWay(state.upkeep);
      await raiseEpoch(tx);
      await openUpkeep(tx, { kind: 'restoring', step: 'reading', announces });
    });
  }

  /** The step `reading`: afterwards nothing that the log tells of our own is unknown here. */
  async read(isStopping: () => boolean): Promise<boolean> {
    const { dataSource, log, published } = this.parts;
    for (const partition of await published.unseen()) {
      await this.noteUnreadable(partition);
      for await (const { records, next } of ownPages(log, partition)) {
        if (isStopping()) return false;
        await dataSource.transaction(async (tx) => {
          await enter(tx, 'catching-up');
          await this.take(tx, await beyond(tx, ownRecords(records)));
          await published.note(tx, [{ ...partition, end: next }]);
        });
      }
    }
    const ends = await log.offsets(this.parts.topics());
    await dataSource.transaction(async (tx) => {
      await enter(tx, 'catching-up');
      if (!(await advanceUpkeep(tx, 'reading', 'replaying'))) return;
      await aimAt(tx, ends);
    });
    return true;
  }

  private async take(tx: Transaction, lost: readonly OwnRecord[]): Promise<void> {
    if (lost.length === 0) return;
    // Before anything is said: what was said by the lost timeline must be older than all that follows.
    await stayAbove(tx, Math.max(...lost.map(({ epoch }) => epoch)));
    const newest = new Map(lost.map((record) => [`${record.topic} ${record.stateKey}`, record]));
    const locked = await this.parts.subjects.lock(
      tx,
      lost.map(({ subject }) => subject),
    );
    await this.parts.ownStates?.heed(tx, locked, [...newest.values()]);

    await rows(tx, 'INSERT INTO upkeep_subjects SELECT DISTINCT unnest($1::text[]) ON CONFLICT DO NOTHING', [
      lost.map(({ subject }) => subject),
    ]);
  }

  /** What retention took in the time that this database has forgotten cannot be known any more; an operator must hear of it. */
  private async noteUnreadable({ topic, partition, from, earliest }: Unseen): Promise<void> {
    if (earliest <= from) return;
    this.parts.logger.error(
      { topic, partition, from, earliest },
      'the log no longer holds all that was published since this backup',
    );
    await rows(this.parts.dataSource.manager, 'UPDATE upkeep SET unreadable = unreadable + $1', [earliest - from]);
  }
}

async function stayAbove(tx: Transaction, epoch: number): Promise<void> {
  const [state] = await rows<{ epoch: number }>(tx, 'SELECT epoch FROM service_state');
  if ((state?.epoch ?? 0) <= epoch) await raiseEpoch(tx, epoch);
}

/** All that is on the log now is to be heard before everyday life goes on. */
async function aimAt(
  tx: Transaction,
  ends: readonly Readonly<{ topic: string; partition: number; end: number }>[],
): Promise<void> {
  await rows(
    tx,
    `INSERT INTO upkeep_targets (topic, partition, from_offset, until_offset)
     SELECT e.topic, e.partition, coalesce(o.next_offset, 0), e.until
       FROM unnest($1::text[], $2::int[], $3::bigint[]) AS e(topic, partition, until)
       LEFT JOIN consumer_offsets o USING (topic, partition)
      WHERE coalesce(o.next_offset, 0) < e.until`,
    [ends.map(({ topic }) => topic), ends.map(({ partition }) => partition), ends.map(({ end }) => end)],
  );
}
