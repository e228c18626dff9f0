import { rows, type Transaction } from '@tessera/platform-database';
import type { TemplateParts } from '../domain/template.js';

export type Template = TemplateParts & Readonly<{ template: string; version: number; createdAt: Date }>;

const COLUMNS = `template_id AS template, version, subject, body_text AS text, body_html AS html, created_at AS "createdAt"`;

/** Templates are never changed: each edit is another version, and the last one is in force. */
export class TemplatesRepository {
  async find(tx: Transaction, template: string): Promise<Template | undefined> {
    const sql = `SELECT ${COLUMNS} FROM templates WHERE template_id = $1 ORDER BY version DESC LIMIT 1`;
    return (await rows<Template>(tx, sql, [template]))[0];
  }

  /** Of each that exists, the version in force. */
  async inForce(tx: Transaction, templates: readonly string[]): Promise<ReadonlyMap<string, Template>> {
    const sql = `SELECT DISTINCT ON (template_id) ${COLUMNS} FROM templates
                  WHERE template_id = ANY ($1::text[]) ORDER BY template_id, version DESC`;
    const found = await rows<Template>(tx, sql, [templates]);
    return new Map(found.map((template) => [template.template, template]));
  }

  list(tx: Transaction, { limit, after }: Readonly<{ limit: number; after?: string }>): Promise<Template[]> {
    return rows<Template>(
      tx,
      `SELECT DISTINCT ON (template_id) ${COLUMNS} FROM templates
        WHERE $2::text IS NULL OR template_id > $2 ORDER BY template_id, version DESC LIMIT $1`,
      [limit, after ?? null],
    );
  }

  async count(tx: Transaction): Promise<number> {
    return (await rows<{ count: number }>(tx, 'SELECT count(DISTINCT template_id) FROM templates'))[0]?.count ?? 0;
  }

  /** Writers of one template wait for each other, so that versions have no gaps. */
  async lock(tx: Transaction, template: string): Promise<void> {
    await rows(tx, 'SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`template ${template}`]);
  }

  async add(tx: Transaction, template: string, version: number, parts: TemplateParts): Promise<Template> {
    const [written] = await rows<Template>(
      tx,
      `INSERT INTO templates (template_id, version, subject, body_text, body_html, created_at)
       VALUES ($1, $2, $3, $4, $5, date_trunc('milliseconds', clock_timestamp())) RETURNING ${COLUMNS}`,
      [template, version, parts.subject, parts.text, parts.html],
    );
    if (!written) throw new Error(`template ${template} was not written`);
    return written;
  }
}
