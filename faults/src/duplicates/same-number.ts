import { purchaseCreated } from '@tessera/contracts';
import type { Shop, ShopPurchase } from '@tessera/demo';
import { KEEPERS, PurchaseKeepers } from '../judging/purchase-keepers.js';
import { recordOf } from '../posting/foreign-client.js';
import type { Stage } from '../stage.js';

const KNOWN_MS_MAX = 120_000;
const COLLECT = '/collector/v1/events';

/** Purchases that carry the number of another member's: facts of their own, which count. */
export function sharedNumbers({ members, purchases }: Shop, count: number): readonly ShopPurchase[] {
  return purchases.slice(-count).map((purchase): ShopPurchase => {
    const at = members.indexOf(purchase.memberId);
    return { ...purchase, memberId: members[(at + 1) % members.length] ?? purchase.memberId };
  });
}

/** A purchase's number comes again with another total, by each of the doors: the first stands, and every service says so. */
export async function numberAgain(stage: Stage, turn: number): Promise<string> {
  const { fleet, shop, brought, poisoned } = stage;
  const purchase = shop.purchases[turn % shop.purchases.length];
  if (!purchase) throw new Error('The shop has sold nothing.');
  const shared = brought.purchases[turn];
  if (shared) await fleet.log.append([recordOf(purchaseCreated, shared)]);

  const keepers = await PurchaseKeepers.open(stage);
  try {
    if (!(await keepers.haveSoon(purchase, KNOWN_MS_MAX))) throw new Error(`${purchase.purchaseId} did not arrive.`);
  } finally {
    await keepers.close();
  }
  const other = (more: number): ShopPurchase => ({ ...purchase, totalMinor: purchase.totalMinor + more });
  await fleet.log.append([recordOf(purchaseCreated, other(1))]);
  await fleet
    .client({ path: COLLECT, patienceMs: 60_000 })
    .post(COLLECT, [{ type: purchaseCreated.topic, data: other(2) }]);
  for (const service of KEEPERS) {
    const letter = { service, topic: purchaseCreated.topic, key: purchase.memberId };
    poisoned.push(letter, letter);
  }
  return `purchase ${purchase.purchaseId} came with other content`;
}
