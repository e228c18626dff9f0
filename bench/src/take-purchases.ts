import { purchaseCreated } from '@tessera/contracts';
import type { Measured } from './benchmark.js';
import { microsecondsEach } from './figures.js';
import type { MadeUpPurchases } from './made-up-purchases.js';
import type { Stage } from './stage.js';
import { measureWindow } from './window.js';

export type Taking = Readonly<{
  service: string;
  /** The database that it begins on a copy of. */
  template: string;
  purchases: MadeUpPurchases;
  seconds: number;
  /** What is wrong with the database afterwards. */
  verify(database: string): Promise<string[]>;
}>;

/** Written in the transaction that takes them; unlike the rows of a large table, soon counted. */
const TAKEN = `SELECT coalesce(sum(next_offset), 0)::int FROM consumer_offsets WHERE topic = '${purchaseCreated.topic}'`;

/** Purchases that a service has passed on the log. */
export async function takenBy(stage: Stage, database: string): Promise<number> {
  const [found] = await stage.query<{ taken: number }>(database, `SELECT (${TAKEN}) AS taken`);
  return found?.taken ?? 0;
}

/** A service takes purchases from the beginning of the log until its time is up. The value is microseconds a purchase. */
export async function takePurchases(stage: Stage, taking: Taking): Promise<Measured> {
  const { service, template, purchases, seconds, verify } = taking;
  const database = `${template}_taking`;
  await stage.database(database, template);
  await stage.rewind(service, [purchaseCreated.topic]);
  const process = await stage.service(service, { DATABASE_URL: stage.url(database) });
  process.start();
  await process.ready();
  const sql = `SELECT (${TAKEN}) - ${await takenBy(stage, template)}`;
  const { total, ...window } = await measureWindow(stage, { database, sql, seconds });
  await process.stop();
  const wrong = await verify(database);
  if (total >= purchases.count) wrong.push('it ran out of purchases');
  await stage.dropDatabase(database);
  return { ...window, value: microsecondsEach(window), wrong };
}
