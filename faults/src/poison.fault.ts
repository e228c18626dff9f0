import { purchaseCreated } from '@tessera/contracts';
import { KEEPERS, PurchaseKeepers } from './judging/purchase-keepers.js';
import { onFleet } from './on-fleet.js';
import { pausedOf, releaseThatFails } from './poison/bad-release.js';
import { cureAll, type Cured } from './poison/cure.js';
import { injectAll } from './poison/inject.js';
import { CONSTRAINT, KINDS } from './poison/kinds.js';
import { type Injection, PARTITIONS, planPoison, purchasesFor } from './poison/plan.js';
import type { Stage } from './stage.js';

const RELEASED = 'ledger';
/** So many failures in a row pause a partition: of a bad release fewer than that can have been put aside there. */
const FAILURES_IN_A_ROW_MAX = 20;
const RESUME_MS_MAX = 60_000;

/** One bad record in a thousand; then a release that fails on everything; then one that is mended, and what was put aside is replayed. */
export const poison = onFleet({
  name: 'poison',
  summary: 'bad records of seven kinds among good ones, then a release that fails on all; replay when it is mended',
  injections: 500,
  short: KINDS.length,
  fleet: { partitions: PARTITIONS, environment: { FAULT_HANDLERS: 'marked' } },
  // Of the shop's latter half, so that what is posted still begins with the shop's first purchase.
  brings: ({ purchases }, { injections }) => ({
    purchases: purchasesFor(purchases.slice(purchases.length >> 1), injections),
    refunds: [],
  }),
  on(stage) {
    const { injections, releasedInto } = planPoison(stage.brought.purchases, stage.options.injections);
    const failures: string[] = [];
    return {
      async beside() {
        const keepers = await PurchaseKeepers.open(stage);
        try {
          await stage.pace.begun;
          await forbid(keepers, injections);
          failures.push(...(await injectAll(stage, injections, keepers)));
          failures.push(...(await releaseThatFails(stage, RELEASED, releasedInto)));
          await mend(stage, keepers);
          const cured = await cureAll(stage, injections);
          failures.push(...cured.failures, ...judgeLetters(stage, injections, cured));
          const last = releasedInto.at(-1);
          const isResumed = last !== undefined && (await keepers.haveSoon(last, RESUME_MS_MAX));
          if (!isResumed) failures.push(`${RELEASED} did not go on when it was mended`);
        } finally {
          await keepers.close();
        }
      },
      check: async () => [...failures, ...(await stillPaused(stage))],
    };
  },
});

/** Purchases of the kind that violates a constraint, which no purchase does by itself. */
async function forbid(keepers: PurchaseKeepers, injections: readonly Injection[]): Promise<void> {
  const forbidden = injections.filter(({ kind }) => kind === 'violates-constraint');
  const numbers = forbidden.map(({ victim }) => `'${victim.purchaseId}'`).join(', ');
  if (numbers === '') return;
  await keepers.each(`ALTER TABLE purchases ADD CONSTRAINT ${CONSTRAINT} CHECK (purchase_id NOT IN (${numbers}))`);
}

/** A release without mistakes, everywhere, and a table that takes what it should. */
async function mend({ fleet, options }: Stage, keepers: PurchaseKeepers): Promise<void> {
  await keepers.each(`ALTER TABLE purchases DROP CONSTRAINT IF EXISTS ${CONSTRAINT}`);
  await Promise.all(
    KEEPERS.map(async (name) => {
      const service = fleet.service(name);
      await service.stop();
      service.start({ FAULT_HANDLERS: '' });
      await service.ready();
    }),
  );
  options.say('All is mended.');
}

/** One letter a service for each bad record, and of the bad release no more than a partition lets pass before it pauses. */
function judgeLetters(
  { poisoned, remarks }: Stage,
  injections: readonly Injection[],
  { others, replayed, discarded }: Cured,
): readonly string[] {
  for (const { victim } of injections) {
    for (const service of KEEPERS) poisoned.push({ service, topic: purchaseCreated.topic, key: victim.memberId });
  }
  poisoned.push(...others);
  remarks.push(`${replayed} dead letters replayed and ${discarded} given up; ${others.length} were the bad release's.`);
  const places = new Map<string, number>();
  for (const { service, topic, partition } of others) {
    const place = `${topic}/${partition} at ${service}`;
    places.set(place, (places.get(place) ?? 0) + 1);
  }
  const strangers = others.filter(({ service }) => service !== RELEASED);
  return [
    ...strangers.map(({ service, detail }) => `${service} put aside what was good: ${detail}`),
    ...[...places].flatMap(([place, count]) =>
      count < FAILURES_IN_A_ROW_MAX ? [] : [`${place}: ${count} put aside by a bad release`],
    ),
  ];
}

async function stillPaused({ fleet }: Stage): Promise<readonly string[]> {
  const paused = await Promise.all(KEEPERS.map(async (name) => ({ name, count: await pausedOf(fleet.service(name)) })));
  return paused.flatMap(({ name, count }) => (count === 0 ? [] : [`${name} still has ${count} paused partitions`]));
}
