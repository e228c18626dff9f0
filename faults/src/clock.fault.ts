import { pointsChanged, purchaseCreated, segmentChanged, tierChanged } from '@tessera/contracts';
import { type Service, SERVICES } from '@tessera/demo';
import { oddDates, PARTITIONS, tooFarAhead } from './clock/odd-dates.js';
import { KEEPERS } from './judging/purchase-keepers.js';
import { onFleet } from './on-fleet.js';
import { recordOf } from './posting/foreign-client.js';
import { injected, type Stage } from './stage.js';

const OFF_MS = 600_000;
/** Nobody takes so long from writing an event to publishing it. */
const CLEARLY_OFF_MS = OFF_MS - 60_000;
const COLLECT = '/collector/v1/events';
const RECORDS_LOOKED_AT = 10_000;

/** Replicas whose clocks are off, alone for a while, and purchases that are dated as oddly as they may be and odder. */
export const clock = onFleet({
  name: 'clock',
  summary: 'replicas 10 minutes ahead or behind, purchases from tomorrow and from 30 years ago',
  injections: 20,
  fleet: { partitions: PARTITIONS },
  brings: ({ purchases }, { injections }) => ({
    purchases: oddDates(purchases, injections, new Date()).flatMap(({ future, old }) => [future, old]),
    refunds: [],
  }),
  on(stage) {
    const { fleet, options } = stage;
    return {
      async beside() {
        await stage.pace.begun;
        for (let number = 0; number < options.injections; number += 1) {
          const name = SERVICES[number % SERVICES.length] ?? 'ledger';
          const rightful = fleet.service(name);
          await rightful.ready();
          const aheadMs = number % 2 === 0 ? OFF_MS : -OFF_MS;
          await leaveAloneSkewed(stage, name, aheadMs);
          await send(stage, number);
          const left = await fleet.workLeft();
          rightful.start();
          const what = `${name} alone with a clock ${aheadMs > 0 ? 'ahead' : 'behind'}`;
          injected(stage, `${what}, ${left} records under way.`, left > 0);
        }
        await Promise.all(fleet.services.map((service) => service.ready()));
      },
      check: () => skewSeen(stage),
    };
  },
});

/** Starts a second replica with its clock off, and kills the first. */
async function leaveAloneSkewed({ fleet }: Stage, name: Service, aheadMs: number): Promise<void> {
  const second = fleet.replicas(name)[1] ?? (await fleet.addReplica(name));
  await second.stop();
  second.start({ FAULT_CLOCK_MS: String(aheadMs) });
  await second.ready();
  await fleet.service(name).kill();
}

/** By both doors what belongs to an injection, and in each partition one purchase that must be refused. */
async function send({ fleet, brought, options, poisoned }: Stage, injection: number): Promise<void> {
  const mine = brought.purchases.filter(({ purchaseId }) => purchaseId.includes(`-${injection}-`));
  const beyond = mine.filter(({ purchaseId }) => purchaseId.startsWith('future')).map(tooFarAhead);
  const [straight, collected] = [mine.slice(0, PARTITIONS), [...mine.slice(PARTITIONS), ...beyond]];
  await fleet.log.append(straight.map((purchase) => recordOf(purchaseCreated, purchase)));
  const client = fleet.client({ path: COLLECT, patienceMs: 60_000 });
  await client.post(
    COLLECT,
    collected.map((data) => ({ type: purchaseCreated.topic, data })),
  );
  for (const { memberId } of beyond) {
    for (const service of KEEPERS) poisoned.push({ service, topic: purchaseCreated.topic, key: memberId });
  }
  options.say(`${mine.length} purchases oddly dated, ${beyond.length} to be refused.`);
}

/** The hands of those replicas show in when they say that they wrote their events. Without any nothing was put to the test. */
async function skewSeen({ fleet, remarks }: Stage): Promise<readonly string[]> {
  const counts = { ahead: 0, behind: 0 };
  for (const { topic, partition, earliest } of await fleet.log.offsets([
    tierChanged.topic,
    pointsChanged.topic,
    segmentChanged.topic,
  ])) {
    const records = await fleet.log.read({ topic, partition, offset: earliest, limit: RECORDS_LOOKED_AT });
    for (const { headers, appendedAt } of records) {
      const offMs = Date.parse(headers['ce_time'] ?? '') - appendedAt.getTime();
      if (offMs > CLEARLY_OFF_MS) counts.ahead += 1;
      if (offMs < -CLEARLY_OFF_MS) counts.behind += 1;
    }
  }
  remarks.push(`Events written by a clock ahead: ${counts.ahead}, behind: ${counts.behind}.`);
  return counts.ahead + counts.behind > 0 ? [] : ['no event was written by a clock that is off'];
}
