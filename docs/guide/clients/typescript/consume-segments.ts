import { Kafka, logLevel } from 'kafkajs';

type Change = { segment: string; cause: { kind: string; backfill?: boolean } };
type State = {
  memberId: string;
  epoch: number;
  sequence: number;
  segments: { segment: string }[];
  entered: Change[];
  left: Change[];
};

const topic = process.env['TOPIC'] ?? 'segment.changed';
const brokers = process.env['KAFKA_BROKERS'] ?? '127.0.0.1:29092';

const kafka = new Kafka({ clientId: 'newsletter', brokers: brokers.split(','), logLevel: logLevel.WARN });
const consumer = kafka.consumer({ groupId: process.env['GROUP'] ?? 'newsletter' });

/** The last state of each member. In your service a table, written in the transaction of what you do about it. */
const known = new Map<string, State>();

function take(state: State): void {
  const before = known.get(state.memberId);
  if (before && !isNewer(state, before)) return; // A repeat, or one that newer ones have overtaken.
  known.set(state.memberId, state);

  const [then, now] = [names(before), names(state)];
  for (const segment of now.filter((name) => !then.includes(name))) {
    console.log(`${state.memberId} entered ${segment} (${reason(state.entered, segment)})`);
  }
  for (const segment of then.filter((name) => !now.includes(name))) {
    console.log(`${state.memberId} left ${segment} (${reason(state.left, segment)})`);
  }
}

const isNewer = (a: State, b: State): boolean => a.epoch > b.epoch || (a.epoch === b.epoch && a.sequence > b.sequence);

const names = (state?: State): string[] => state?.segments.map(({ segment }) => segment) ?? [];

/** Why, if this very event says so: a state in between may have been compacted away. Act on no history. */
function reason(changes: Change[], segment: string): string {
  const cause = changes.find((change) => change.segment === segment)?.cause;
  if (!cause) return 'earlier';
  return cause.backfill ? 'history' : cause.kind;
}

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void consumer.disconnect());

await consumer.connect();
await consumer.subscribe({ topic, fromBeginning: true }); // where the group has no position yet
await consumer.run({
  // The position is committed after what this has done: what a crash comes between is delivered again.
  eachMessage: async ({ message: { value } }) => {
    if (value) take(JSON.parse(value.toString()) as State);
  },
});
