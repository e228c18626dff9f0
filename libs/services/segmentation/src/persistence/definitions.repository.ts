import { rows, type Transaction } from '@tessera/platform-database';
import type { Ruling, Rulings } from '../domain/placement.js';
import type { Rule } from '../domain/rule.js';
import { RuleSet } from '../domain/rule-set.js';

export type Definition = Readonly<{
  segment: string;
  version: number;
  name: string;
  description: string;
  rule: Rule;
  createdAt: Date;
  changedAt: Date;
}>;

export type DefinitionVersion = Readonly<{ version: number; rule: Rule; createdAt: Date }>;

const COLUMNS = `segment_id AS segment, version, name, description, rule, created_at AS "createdAt", changed_at AS "changedAt"`;
const NOW = `date_trunc('milliseconds', clock_timestamp())`;

/** The definitions of segments. One instance belongs to one database. */
export class DefinitionsRepository {
  private known: { basis: number; rulings: Rulings } | undefined;

  /**
   * The rules in force, compiled once a basis. The caller's transaction must be one for which basis and definitions belong together:
   * it has locked subjects, or sees one snapshot; and it must not have changed definitions itself.
   */
  async rulings(tx: Transaction, basis: number): Promise<Rulings> {
    if (this.known?.basis !== basis) {
      const found = await rows<Ruling>(
        tx,
        `SELECT segment_id AS segment, version, rule, basis, changed_at AS "changedAt"
           FROM segment_definitions WHERE removed_at IS NULL ORDER BY segment_id`,
      );
      const bySegment = new Map(found.map((ruling) => [ruling.segment, ruling]));
      this.known = { basis, rulings: { bySegment, set: new RuleSet(found) } };
    }
    return this.known.rulings;
  }

  list(tx: Transaction, { limit, after }: Readonly<{ limit: number; after?: string }>): Promise<Definition[]> {
    return rows<Definition>(
      tx,
      `SELECT ${COLUMNS} FROM segment_definitions
        WHERE removed_at IS NULL AND ($2::text IS NULL OR segment_id > $2) ORDER BY segment_id LIMIT $1`,
      [limit, after ?? null],
    );
  }

  async find(tx: Transaction, segment: string): Promise<Definition | undefined> {
    const sql = `SELECT ${COLUMNS} FROM segment_definitions WHERE segment_id = $1 AND removed_at IS NULL`;
    return (await rows<Definition>(tx, sql, [segment]))[0];
  }

  /**
   * As `find`, and keeps others from changing the definition until the transaction ends, also where there is none yet: who had found none would
   * come to write a row that is held by one who found it, and waits for what the first holds.
   */
  async findToChange(tx: Transaction, segment: string): Promise<Definition | undefined> {
    await rows(tx, `SELECT pg_advisory_xact_lock(hashtextextended('segment ' || $1::text, 0))`, [segment]);
    const sql = `SELECT ${COLUMNS} FROM segment_definitions WHERE segment_id = $1 AND removed_at IS NULL FOR UPDATE`;
    return (await rows<Definition>(tx, sql, [segment]))[0];
  }

  async count(tx: Transaction): Promise<number> {
    const sql = 'SELECT count(*) FROM segment_definitions WHERE removed_at IS NULL';
    return (await rows<{ count: number }>(tx, sql))[0]?.count ?? 0;
  }

  /** Writes the next version of a rule, the first if there was none; a removed segment goes on counting. */
  async putRule(
    tx: Transaction,
    { segment, name, description, rule }: Pick<Definition, 'segment' | 'name' | 'description' | 'rule'>,
    basis: number,
  ): Promise<Definition> {
    const [written] = await rows<Definition>(
      tx,
      `WITH written AS (
         INSERT INTO segment_definitions AS d (segment_id, version, name, description, rule, basis, created_at, changed_at)
         VALUES ($1, 1, $2, $3, $4, $5, ${NOW}, ${NOW})
         ON CONFLICT (segment_id) DO UPDATE
           SET version = d.version + 1, name = excluded.name, description = excluded.description, rule = excluded.rule,
               basis = excluded.basis, changed_at = excluded.changed_at, removed_at = NULL
         RETURNING *
       ), versions AS (
         INSERT INTO segment_definition_versions SELECT segment_id, version, rule, changed_at FROM written
       )
       SELECT ${COLUMNS} FROM written`,
      [segment, name, description, JSON.stringify(rule), basis],
    );
    if (!written) throw new Error(`the definition of ${segment} was not written`);
    return written;
  }

  async rename(tx: Transaction, segment: string, name: string, description: string): Promise<void> {
    await rows(tx, 'UPDATE segment_definitions SET name = $2, description = $3 WHERE segment_id = $1', [
      segment,
      name,
      description,
    ]);
  }

  async remove(tx: Transaction, segment: string): Promise<boolean> {
    const sql = `UPDATE segment_definitions SET removed_at = ${NOW} WHERE segment_id = $1 AND removed_at IS NULL RETURNING 1`;
    return (await rows(tx, sql, [segment])).length > 0;
  }

  versions(
    tx: Transaction,
    segment: string,
    { limit, after }: Readonly<{ limit: number; after?: number }>,
  ): Promise<DefinitionVersion[]> {
    return rows<DefinitionVersion>(
      tx,
      `SELECT version, rule, created_at AS "createdAt" FROM segment_definition_versions
        WHERE segment_id = $1 AND ($3::int IS NULL OR version < $3) ORDER BY version DESC LIMIT $2`,
      [segment, limit, after ?? null],
    );
  }
}
