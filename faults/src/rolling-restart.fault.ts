import { pointsChanged, purchaseCreated, segmentChanged } from '@tessera/contracts';
import { type Service, SERVICES } from '@tessera/demo';
import { furtherTopic } from './failpoints/next-version.js';
import { onFleet } from './on-fleet.js';
import { injected, type Stage } from './stage.js';
import { until } from './until.js';

const SIDE_BY_SIDE_MS_MAX = 120_000;
/** What the next version of each hears more: something that is published all the time, and that it does not hear yet. */
const FURTHER: Readonly<Record<Service, string>> = {
  membership: pointsChanged.topic,
  ledger: segmentChanged.topic,
  segmentation: pointsChanged.topic,
  recommendation: segmentChanged.topic,
  campaign: purchaseCreated.topic,
};

/** Two replicas of a service are replaced one by one; between the two, one group has members that differ in what they hear. */
export const rollingRestart = onFleet({
  name: 'rolling-restart',
  summary:
    'two replicas of a service replaced one by one by a version that hears one topic more, old and new side by side',
  injections: SERVICES.length,
  on: (stage) => ({
    async beside() {
      const { injections } = stage.options;
      if (injections > SERVICES.length) throw new Error(`There are ${SERVICES.length} services to be replaced.`);
      await Promise.all(SERVICES.slice(0, injections).map((name) => replace(stage, name)));
    },
    async check() {
      const rolled = SERVICES.slice(0, stage.options.injections);
      return (await Promise.all(rolled.map((name) => unheard(stage, name)))).flat();
    },
  }),
});

async function replace(stage: Stage, name: Service): Promise<void> {
  const { fleet, pace } = stage;
  const first = fleet.service(name);
  const second = await fleet.addReplica(name);
  second.start();
  await second.ready();
  await first.stop();
  first.start(furtherTopic(FURTHER[name]));
  await first.ready();
  const before = await handled(stage, name);
  const isOn = async (): Promise<Handled | false> => {
    const now = await handled(stage, name);
    return now.known > before.known && now.further > before.further && now;
  };
  const now = await pace.feeding(until(`old and new ${name} both go on`, SIDE_BY_SIDE_MS_MAX, isOn));
  await second.stop();
  second.start(furtherTopic(FURTHER[name]));
  await second.ready();
  const [known, further] = [now.known - before.known, now.further - before.further];
  injected(stage, `${name} replaced; side by side ${known} records and ${further} of ${FURTHER[name]}.`, known > 0);
}

type Handled = Readonly<{ known: number; further: number }>;

/** Records handled so far, of the topics of both versions and of the further one. */
async function handled({ fleet, servers }: Stage, name: Service): Promise<Handled> {
  const [found] = await servers.postgres.query<Handled>(
    fleet.databaseOf(name),
    `SELECT coalesce(sum(next_offset) FILTER (WHERE topic <> $1), 0)::int AS known,
            coalesce(sum(next_offset) FILTER (WHERE topic = $1), 0)::int AS further
       FROM consumer_offsets`,
    [FURTHER[name]],
  );
  return found ?? { known: 0, further: 0 };
}

/** Partitions of the further topic that nobody read to their end. */
async function unheard({ fleet, servers }: Stage, name: Service): Promise<string[]> {
  const topic = FURTHER[name];
  const positions = await servers.postgres.query<{ partition: number; next: number }>(
    fleet.databaseOf(name),
    'SELECT partition, next_offset::int AS next FROM consumer_offsets WHERE topic = $1',
    [topic],
  );
  return (await fleet.log.offsets([topic])).flatMap(({ partition, end }) => {
    const next = positions.find((position) => position.partition === partition)?.next ?? 0;
    return next >= end ? [] : [`${name} has handled ${next} of ${end} in ${topic}/${partition}`];
  });
}
