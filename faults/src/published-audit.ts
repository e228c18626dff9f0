import { contracts, decode, type EventContract, pointsChanged } from '@tessera/contracts';
import { EmbeddedLog, type LogRecord } from '@tessera/platform-bus';
import { startEmbeddedPostgres } from '@tessera/platform-database/embedded';

export type Audit = Readonly<{ outOfOrder: number; earnedTwice: number; records: number }>;

const RECORDS_A_READ = 2_000;

type Stamp = Readonly<{ epoch: number; sequence: number }>;

/** Judges what services published: repeats of a record are allowed (an id seen before is passed over), other things are not. */
export class PublishedAudit {
  private readonly ids = new Set<string>();
  private readonly last = new Map<string, Stamp>();
  private readonly earned = new Set<string>();
  private outOfOrder = 0;
  private earnedTwice = 0;
  private records = 0;

  take(contract: EventContract, record: LogRecord): void {
    this.records += 1;
    const decoded = decode(record, contract);
    if (!decoded.ok || this.ids.has(decoded.event.id)) return;
    this.ids.add(decoded.event.id);

    const parsed = contract.parse(decoded.event.data);
    if (!parsed.ok) throw new Error(`${contract.topic} offset ${record.offset}: ${parsed.issues.join('; ')}`);
    if (contract.identity.kind === 'state') this.inOrder(contract, parsed.data);
    if (contract.topic === pointsChanged.topic) this.earnedOnce(parsed.data);
  }

  result(): Audit {
    const { outOfOrder, earnedTwice, records } = this;
    return { outOfOrder, earnedTwice, records };
  }

  private inOrder(contract: EventContract, data: unknown): void {
    const stamp = data as Stamp;
    const key = `${contract.topic} ${contract.key(data as never)}`;
    const before = this.last.get(key);
    const isLater =
      !before || stamp.epoch > before.epoch || (stamp.epoch === before.epoch && stamp.sequence > before.sequence);
    if (isLater) this.last.set(key, stamp);
    else this.outOfOrder += 1;
  }

  /** A purchase is earned for once; whatever comes after that is a correction. */
  private earnedOnce(data: unknown): void {
    const { memberId, purchaseId, reason } = data as { memberId: string; purchaseId?: string; reason: string };
    if (reason !== 'earned' || purchaseId === undefined) return;
    const key = `${memberId} ${purchaseId}`;
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
      const audit = new PublishedAudit();
      for (const contract of contracts) await auditTopic(log, contract, audit);
      return audit.result();
    } finally {
      await log.close();
    }
  } finally {
    await postgres.stop();
  }
}

async function auditTopic(log: EmbeddedLog, contract: EventContract, audit: PublishedAudit): Promise<void> {
  for (const { topic, partition, earliest, end } of await log.offsets([contract.topic])) {
    for (let offset = earliest; offset < end;) {
      const records = await log.read({ topic, partition, offset, limit: RECORDS_A_READ });
      for (const record of records) audit.take(contract, record);
      offset = (records.at(-1)?.offset ?? end) + 1;
    }
  }
}
