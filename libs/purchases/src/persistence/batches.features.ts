import { createHash } from 'node:crypto';
import type { ProgramPublished, PurchaseCreated, PurchaseRefunded } from '@tessera/contracts';
import { createDataSource, type Transaction } from '@tessera/platform-database';
import type { Batch, Received, Refusal } from '@tessera/platform-messaging';
import { scratchDatabase, type ScratchDatabase } from '@tessera/platform-testing';
import type { DataSource } from 'typeorm';
import { purchaseMigrations } from './migrations/index.js';

export type Outcome = readonly Readonly<{ id: string; code: string }>[];

/** A database with the tables of this library and nothing else, and batches as messaging would hand them over. */
export class PurchaseTables {
  /** Noted by all batches. */
  sharedNumbers = 0;

  private constructor(
    private readonly scratch: ScratchDatabase,
    readonly dataSource: DataSource,
  ) {}

  static async create(): Promise<PurchaseTables> {
    const scratch = await scratchDatabase();
    const dataSource = createDataSource({
      url: scratch.url,
      name: 'purchases-spec',
      migrations: [...purchaseMigrations],
    });
    await dataSource.initialize();
    await dataSource.runMigrations();
    return new PurchaseTables(scratch, dataSource);
  }

  async drop(): Promise<void> {
    await this.dataSource.destroy();
    await this.scratch.drop();
  }

  async clear(): Promise<void> {
    await this.dataSource.query('TRUNCATE purchases, refunds, programs');
  }

  inTransaction<Result>(run: (tx: Transaction) => Promise<Result>): Promise<Result> {
    return this.dataSource.transaction(run);
  }

  /** Runs a handler over a batch in a transaction of its own, and answers what it refused. */
  async deliver<Data>(
    handle: (batch: Batch<Data>) => Promise<unknown>,
    data: readonly Data[],
    appendedAt = new Date('2026-06-01T00:00:00.000Z'),
  ): Promise<Outcome> {
    const refused: { id: string; code: string }[] = [];
    const events = data.map((one, offset) => received(one, offset, appendedAt));
    const refuse = ({ id }: Received<Data>, { code }: Refusal): void => void refused.push({ id, code });
    const noteSharedNumbers = (count: number): void => void (this.sharedNumbers += count);
    await this.inTransaction((tx) => handle({ tx, events, tombstones: [], refuse, noteSharedNumbers }));
    return refused;
  }
}

function received<Data>(data: Data, offset: number, appendedAt: Date): Received<Data> {
  return {
    id: String(offset),
    type: 'any',
    source: 'urn:test',
    time: appendedAt,
    data,
    contentHash: createHash('sha256').update(JSON.stringify(data)).digest(),
    origin: { topic: 'any', partition: 0, offset },
    appendedAt,
  };
}

export function purchase(some: Partial<PurchaseCreated> = {}): PurchaseCreated {
  return {
    purchaseId: 'p1',
    memberId: 'm1',
    purchasedAt: '2026-03-01T10:00:00.000Z',
    currency: 'EUR',
    totalMinor: 10_00,
    ...some,
  };
}

export function refund(some: Partial<PurchaseRefunded> = {}): PurchaseRefunded {
  return {
    refundId: 'r1',
    purchaseId: 'p1',
    memberId: 'm1',
    refundedAt: '2026-03-05T10:00:00.000Z',
    whole: true,
    ...some,
  } as PurchaseRefunded;
}

export function refundByLines(line: number, quantity: number, some: Partial<PurchaseRefunded> = {}): PurchaseRefunded {
  const { whole: _, ...rest } = refund(some) as PurchaseRefunded & { whole?: true };
  return { ...rest, lines: [{ line, quantity }] } as PurchaseRefunded;
}

export function program(some: Partial<ProgramPublished> = {}): ProgramPublished {
  return { version: 1, inForceFrom: null, currency: 'EUR', ...some } as ProgramPublished;
}
