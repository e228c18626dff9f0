import type { EntityManager, ObjectLiteral } from 'typeorm';

/** A unit of work on one connection. Whoever receives one must use no other connection until it ends. */
export type Transaction = EntityManager;

/** Rows of a statement, whatever it is: TypeORM answers `[rows, count]` for UPDATE and DELETE and rows otherwise. */
export async function rows<Row extends ObjectLiteral>(
  tx: Transaction,
  sql: string,
  parameters: readonly unknown[] = [],
): Promise<Row[]> {
  const runner = tx.queryRunner ?? tx.connection.createQueryRunner();
  try {
    const result = await runner.query(sql, [...parameters], true);
    return (result.records ?? []) as Row[];
  } finally {
    if (!tx.queryRunner) await runner.release();
  }
}
