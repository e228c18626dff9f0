import { behaviorRecorded, type EventContract, purchaseCreated, purchaseRefunded } from '@tessera/contracts';
import type { Shop } from '@tessera/demo';
import type { NewRecord } from '@tessera/platform-bus';
import { bareRecordOf, recordOf, type Sent, structuredRecordOf } from '../posting/foreign-client.js';
import { seeded } from '../posting/seeded.js';
import type { Stage } from '../stage.js';

/** By `sent` a signal is known when it comes again; a fact is known by its own number. */
type Event = Readonly<{ contract: EventContract; data: unknown; sent: Sent }>;

const EVENTS_A_REQUEST = 500;
const COLLECT = '/collector/v1/events';
const DEMO = 'urn:tessera:demo';

/** Sends what the shop sends once more, by both doors and in an order of its own: in part before the shop does. */
export class SecondSender {
  private readonly events: readonly Event[];

  constructor(private readonly stage: Stage) {
    this.events = shuffled(eventsOf(stage.shop), seeded(stage.options.seed));
  }

  /** The part of all events that belongs to one of the injections. Answers how many they are. */
  async send(injection: number): Promise<number> {
    const { fleet, options } = this.stage;
    const size = Math.ceil(this.events.length / options.injections);
    const part = this.events.slice(injection * size, (injection + 1) * size);
    await fleet.log.append(part.map(inSomeForm));
    await this.resend(part);
    return part.length;
  }

  /** As a checkout that never heard an answer: the same facts in messages of other names. */
  private async resend(part: readonly Event[]): Promise<void> {
    const client = this.stage.fleet.client({ path: COLLECT, patienceMs: 60_000 });
    for (let from = 0; from < part.length; from += EVENTS_A_REQUEST) {
      const some = part.slice(from, from + EVENTS_A_REQUEST);
      await client.post(
        COLLECT,
        some.map(({ contract, data, sent }) => ({ type: contract.topic, data, ...sent })),
      );
    }
  }
}

function eventsOf({ purchases, refunds, behaviors }: Shop): Event[] {
  return [
    ...purchases.map((data) => ({ contract: purchaseCreated, data, sent: {} })),
    ...refunds.map((data) => ({ contract: purchaseRefunded, data, sent: {} })),
    ...behaviors.map((data) => ({ contract: behaviorRecorded, data, sent: { id: data.behaviorId, source: DEMO } })),
  ];
}

/** In turn each form that a sender may use; the last one spreads a member's facts over all partitions, as a wrong partitioner does. */
function inSomeForm({ contract, data, sent }: Event, at: number): NewRecord {
  const isSignal = contract.identity.kind === 'signal';
  switch (at % 4) {
    case 0:
      return recordOf(contract, data, sent);
    case 1:
      return structuredRecordOf(contract, data, sent);
    case 2:
      return isSignal ? recordOf(contract, data, sent) : bareRecordOf(contract, data);
    default:
      return { ...recordOf(contract, data, sent), key: null };
  }
}

function shuffled<Item>(items: readonly Item[], random: () => number): readonly Item[] {
  return items
    .map((item) => ({ item, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}
