import type { ProgramPublished } from '@tessera/contracts';
import { rows, type Transaction } from '@tessera/platform-database';

type ProgramRow = { document: ProgramPublished };

/** The versions of the program, which go by their number. One instance belongs to one database. */
export class Programs {
  private known: { basis: number; programs: readonly ProgramPublished[] } | undefined;
  /** Transactions that stored a version: what they see is not remembered, for they may still roll back. */
  private readonly writers = new WeakSet<Transaction>();

  /** Keeps a version. A number once taken stays as it was first: other content is a conflict, and is not kept. */
  async store(tx: Transaction, program: ProgramPublished): Promise<'new' | 'duplicate' | 'conflict'> {
    this.writers.add(tx);
    const document = JSON.stringify(program);
    const inserted = await rows(
      tx,
      'INSERT INTO programs (version, document) VALUES ($1, $2::jsonb) ON CONFLICT DO NOTHING RETURNING version',
      [program.version, document],
    );
    if (inserted.length > 0) return 'new';
    const same = await rows(tx, 'SELECT FROM programs WHERE version = $1 AND document = $2::jsonb', [
      program.version,
      document,
    ]);
    return same.length > 0 ? 'duplicate' : 'conflict';
  }

  /** All versions in order, for a transaction that has locked subjects: `basis` is theirs, and no version can come in between. */
  async all(tx: Transaction, basis: number): Promise<readonly ProgramPublished[]> {
    if (this.writers.has(tx)) return this.read(tx);
    if (this.known?.basis !== basis) this.known = { basis, programs: await this.read(tx) };
    return this.known.programs;
  }

  /** All versions in order, as stored now. */
  async read(tx: Transaction): Promise<readonly ProgramPublished[]> {
    const found = await rows<ProgramRow>(tx, 'SELECT document FROM programs ORDER BY version');
    return found.map(({ document }) => document);
  }
}
