import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { contracts, decode, type EventContract, pointsChanged } from '@tessera/contracts';
import { EmbeddedLog, type Log, type LogRecord } from '@tessera/platform-bus';
import { startEmbeddedPostgres } from '@tessera/platform-database/embedded';

export type Audit = Readonly<{
  outOfOrder: number;
  earnedTwice: number;
  records: number;
  /** Records whose id was on the log before. */
  repeated: number;
  /** Keys of compacted topics whose last record is a repeat of one that is not their newest: compaction would keep that. */
  superseded: number;
}>;

const RECORDS_A_READ = 2_000;
const BYTES_A_READ = 4 * 1_024 * 1_024;
const READ_MS_MAX = 10 * 60_000;

type Stamp = Readonly<{ epoch: number; sequence: number }>;

const isHigher = (one: Stamp, other: Stamp): boolean =>
  one.epoch > other.epoch || (one.epoch === other.epoch && one.sequence > other.sequence);

/** Judges what services published: repeats of a record (an id seen before) are allowed unless compaction would keep one, other things are not. */
export class PublishedAudit {
  private readonly ids = new Set<string>();
  private readonly newest = new Map<string, Stamp>();
  private readonly lastIsOld = new Set<string>();
  private readonly earned = new Set<string>();
  private outOfOrder = 0;
  private earnedTwice = 0;
  private records = 0;
  private repeated = 0;

  take(contract: EventContract, record: LogRecord): void {
    this.records += 1;
    const decoded = decode(record, contract);
    if (!decoded.ok) return;
    const isRepeat = this.ids.has(decoded.event.id);
    if (isRepeat) this.repeated += 1;
    this.ids.add(decoded.event.id);
    if (isRepeat && contract.identity.kind !== 'state') return;

    // What comes from outside may be anything, and is judged by what became of it.
    if (contract.producer === 'collector') return;
    const parsed = contract.parse(decoded.event.data);
    if (!parsed.ok) throw new Error(`${contract.topic} offset ${record.offset}: ${parsed.issues.join('; ')}`);
    if (contract.identity.kind === 'state') this.inOrder(contract, parsed.data, isRepeat);
    if (contract.topic === pointsChanged.topic && !isRepeat) this.earnedOnce(parsed.data);
  }

  result(): Audit {
    const { outOfOrder, earnedTwice, records, repeated, lastIsOld } = this;
    return { outOfOrder, earnedTwice, records, repeated, superseded: lastIsOld.size };
  }

  private inOrder(contract: EventContract, data: unknown, isRepeat: boolean): void {
    const stamp = data as Stamp;
    const key = `${contract.topic} ${contract.key(data as never)}`;
    const newest = this.newest.get(key);
    if (!newest || isHigher(stamp, newest)) this.newest.set(key, stamp);
    else if (!isRepeat) this.outOfOrder += 1;
    const isOld = newest !== undefined && isHigher(newest, stamp);
    if (isOld && contract.keep === 'compacted') this.lastIsOld.add(key);
    else this.lastIsOld.delete(key);
  }

  /** A purchase is earned for once; whatever comes after that is a correction. Books that were set back say anew, under an epoch of their own, what they had forgotten. */
  private earnedOnce(data: unknown): void {
    const { epoch, memberId, purchaseId, reason } = data as Stamp & {
      memberId: string;
      purchaseId?: string;
      reason: string;
    };
    if (reason !== 'earned' || purchaseId === undefined) return;
    const key = `${epoch} ${memberId} ${purchaseId}`;
    if (this.earned.has(key)) this.earnedTwice += 1;
    this.earned.add(key);
  }
}

/** Reads the log of a standalone that is stopped, from its beginning, and judges all that services published on it. */
export async function auditDataFolder(dataDir: string): Promise<Audit> {
  const postgres = await startEmbeddedPostgres({ dataDir });
  try {
    const log = await EmbeddedLog.open({ databaseUrl: postgres.url('log'), report: () => undefined });
    try {
      return await auditLog(log);
    } finally {
      await log.close();
    }
  } finally {
    await postgres.stop();
  }
}

/** Reads all that is on a log by now, as a group of its own: on Kafka that is far quicker than partition by partition. */
export async function auditLog(log: Pick<Log, 'offsets' | 'subscribe'>): Promise<Audit> {
  const audit = new PublishedAudit();
  const byTopic = new Map(contracts.map((contract) => [contract.topic, contract]));
  const due = new Map<string, number>();
  for (const { topic, partition, earliest, end } of await log.offsets([...byTopic.keys()])) {
    if (end > earliest) due.set(`${topic} ${partition}`, end);
  }
  const next = new Map<string, number>();
  const subscription = await log.subscribe({
    group: `audit-${randomUUID()}`,
    topics: [...byTopic.keys()],
    recordsMax: RECORDS_A_READ,
    bytesMax: BYTES_A_READ,
    onBatch: ({ topic, partition, records, next: end }) => {
      const place = `${topic} ${partition}`;
      for (const record of records) {
        const contract = byTopic.get(topic);
        // Handed again, which says nothing of what was published.
        if (!contract || record.offset < (next.get(place) ?? 0)) continue;
        audit.take(contract, record);
      }
      next.set(place, Math.max(next.get(place) ?? 0, end));
      return Promise.resolve({ kind: 'done', next: end });
    },
  });
  const isRead = (): boolean => [...due].every(([place, end]) => (next.get(place) ?? 0) >= end);
  try {
    for (const giveUpAt = performance.now() + READ_MS_MAX; !isRead(); await sleep(50)) {
      if (performance.now() > giveUpAt) throw new Error('What was published could not be read to its end.');
    }
  } finally {
    await subscription.close();
  }
  return audit.result();
}
