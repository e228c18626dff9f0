import type { FoundPurchase, MadeUpPurchases } from './made-up-purchases.js';
import type { Stage } from './stage.js';
import { takenBy } from './take-purchases.js';

export type Taken = Readonly<{
  /** As it is now, and as it was before. */
  database: string;
  template: string;
  purchases: MadeUpPurchases;
}>;

/** What is wrong with the purchases that a service took from the log: each once and as sent, as many as its offsets say, none dead. */
export async function verifyTaken(stage: Stage, { database, template, purchases }: Taken): Promise<string[]> {
  const found = await stage.query<FoundPurchase>(
    database,
    `SELECT purchase_id, member_id, total_minor::int FROM purchases WHERE purchase_id LIKE 'p-%'`,
  );
  const taken = (await takenBy(stage, database)) - (await takenBy(stage, template));
  const dead = await stage.query(database, 'SELECT FROM dead_letters');
  const wrong = purchases.differences(found);
  if (taken !== found.length) wrong.push(`${taken} offsets recorded, not ${found.length}`);
  if (dead.length > 0) wrong.push(`${dead.length} dead letters`);
  return wrong;
}
