import { purchaseCreated } from '@tessera/contracts';
import type { ShopPurchase } from '@tessera/demo';
import type { Log, NewRecord } from '@tessera/platform-bus';
import { recordOf } from '../posting/foreign-client.js';

const RECORDS_AN_APPEND = 5_000;

/** Appends so many records: the new purchases spread evenly among repeats of known ones. */
export async function pileUp(
  log: Pick<Log, 'append'>,
  count: number,
  fresh: readonly ShopPurchase[],
  known: readonly ShopPurchase[],
): Promise<void> {
  const repeats = known.map((purchase) => recordOf(purchaseCreated, purchase));
  const every = Math.floor(count / Math.max(1, fresh.length));
  const record = (at: number): NewRecord | undefined => {
    const purchase = at % every === 0 ? fresh[at / every] : undefined;
    return purchase ? recordOf(purchaseCreated, purchase) : repeats[at % repeats.length];
  };
  for (let from = 0; from < count; from += RECORDS_AN_APPEND) {
    const length = Math.min(RECORDS_AN_APPEND, count - from);
    const records = Array.from({ length }, (_, at) => record(from + at));
    await log.append(records.filter((one) => one !== undefined));
  }
}
