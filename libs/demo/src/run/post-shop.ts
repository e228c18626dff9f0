import { DemoRefused } from '../errors.js';
import type { Shop } from '../shop.js';
import { BATCH_LIMITS, type EventBatch, inBatches, type OutgoingEvent } from './events-in-time.js';
import type { Meter } from './meter.js';
import type { TesseraClient } from './tessera-client.js';

const MEMBERS_A_REQUEST = 1_000;

type Imported = Readonly<{ results?: readonly Readonly<{ memberId?: string; status: string; reason?: string }>[] }>;
type Collected = Readonly<{
  accepted: number;
  results: readonly Readonly<{ index: number; status: string; issues?: unknown }>[];
}>;

/** Everybody can be reached at an address that exists nowhere. As addresses are compared, in lower case. */
export const addressOf = (memberId: string): string => `${memberId}@example.test`.toLowerCase();

/** Registers everybody; a member who is known already stays. */
export async function registerMembers(
  client: TesseraClient,
  { members, refusing }: Pick<Shop, 'members' | 'refusing'>,
  meter: Meter,
): Promise<void> {
  const asMember = (memberId: string) => ({
    memberId,
    contact: { email: addressOf(memberId) },
    consents: [{ channel: 'email', granted: !refusing.has(memberId) }],
  });
  meter.start('members', members.length);
  for (let from = 0; from < members.length; from += MEMBERS_A_REQUEST) {
    const some = members.slice(from, from + MEMBERS_A_REQUEST).map(asMember);
    const { results = [] } = await client.post<Imported>('/membership/v1/members/import', { members: some });
    const refused = results.find(({ status }) => status === 'refused');
    if (refused) throw new DemoRefused('member-refused', `Membership refused a member: ${JSON.stringify(refused)}.`);
    meter.advance(some.length);
  }
  meter.stop();
}

/** Posts in order, one batch after the other; `posted` is told of each as soon as the collector has it for good. */
export async function postEvents(
  client: TesseraClient,
  events: readonly OutgoingEvent[],
  meter: Meter,
  posted: (batch: EventBatch, at: number) => void,
  eventsMax: number = BATCH_LIMITS.eventsMax,
): Promise<void> {
  meter.start('events', events.length);
  for (const batch of inBatches(events, { ...BATCH_LIMITS, eventsMax })) {
    const { results } = await client.postJson<Collected>('/collector/v1/events', batch.json);
    const at = performance.now();
    const refused = results.find(({ status }) => status !== 'accepted');
    if (refused) {
      const event = JSON.stringify(batch.events[refused.index]).slice(0, 300);
      throw new DemoRefused('event-refused', `The collector refused ${event}: ${JSON.stringify(refused.issues)}.`);
    }
    posted(batch, at);
    meter.advance(batch.events.length);
  }
  meter.stop();
}
