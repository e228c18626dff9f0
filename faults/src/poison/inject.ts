import { purchaseCreated } from '@tessera/contracts';
import type { ShopPurchase } from '@tessera/demo';
import { type NewRecord, partitionOf } from '@tessera/platform-bus';
import type { PurchaseKeepers } from '../judging/purchase-keepers.js';
import { recordOf } from '../posting/foreign-client.js';
import { seeded } from '../posting/seeded.js';
import { injected, type Stage } from '../stage.js';
import { poisonOf } from './kinds.js';
import { type Injection, PARTITIONS } from './plan.js';

/** Among so many records one is bad. */
const ONE_IN = 1_000;
const HANDLED_MS_MAX = 5_000;
const GIVE_UP_MS = 120_000;

/** Puts bad records among good ones, one after the other, and sees how soon what follows each is handled by all. Answers what does not hold. */
export async function injectAll(
  stage: Stage,
  injections: readonly Injection[],
  keepers: PurchaseKeepers,
): Promise<readonly string[]> {
  const good = new GoodCopies(stage);
  const random = seeded(stage.options.seed);
  const failures: string[] = [];
  const waits: number[] = [];
  for (const { id, kind, partition, victim, probe } of injections) {
    const around = good.next(partition, ONE_IN - 1);
    const at = Math.floor(random() * around.length);
    const startedAt = performance.now();
    await stage.fleet.log.append([...around.slice(0, at), poisonOf(kind, victim, id), ...around.slice(at)]);
    await stage.fleet.log.append([recordOf(purchaseCreated, probe)]);
    const wasUnderWay = !(await keepers.have(probe));
    const isHandled = await keepers.haveSoon(probe, GIVE_UP_MS);
    const ms = Math.round(performance.now() - startedAt);
    waits.push(ms);
    if (!isHandled || ms > HANDLED_MS_MAX) {
      failures.push(
        `what followed ${id} (${kind}) in partition ${partition} was ${isHandled ? '' : 'not '}handled after ${ms} ms`,
      );
    }
    injected(stage, `${kind} in partition ${partition}; what followed was handled after ${ms} ms.`, wasUnderWay);
  }
  waits.sort((a, b) => a - b);
  const half = waits[waits.length >> 1] ?? 0;
  stage.remarks.push(
    `What followed a bad record was handled by all after ${half} ms (median), ${waits.at(-1) ?? 0} ms at most.`,
  );
  return failures;
}

/** Repeats of the shop's own purchases, of those that have been posted by then. */
class GoodCopies {
  private readonly byPartition: readonly (readonly ShopPurchase[])[];
  private turn = 0;

  constructor(private readonly stage: Stage) {
    const { purchases } = stage.shop;
    this.byPartition = Array.from({ length: PARTITIONS }, (_, partition) =>
      purchases.filter(({ memberId }) => partitionOf(memberId, PARTITIONS) === partition),
    );
  }

  next(partition: number, count: number): readonly NewRecord[] {
    const { tally, options } = this.stage;
    const all = this.byPartition[partition] ?? [];
    const posted = all.slice(0, Math.ceil((all.length * (tally.done + 1)) / (options.injections + 1)));
    return Array.from({ length: posted.length > 0 ? count : 0 }, () =>
      recordOf(purchaseCreated, posted[this.turn++ % posted.length]),
    );
  }
}
