import { actsOn, type Campaign, type Stay } from './campaign.js';
import { deadlineOf, heldTo, type Message } from './message.js';
import type { Reach } from './reach.js';

export type MemberFacts = Readonly<{ stays: readonly Stay[]; reach: Reach; messages: readonly Message[] }>;

export type Plan = Readonly<{
  /** Campaigns whose one message to this member is due and does not exist yet. */
  begins: readonly Campaign[];
  /** Waiting messages that what is known now makes other ones. */
  changed: readonly Message[];
  /** When the next waiting message has waited long enough; null if none does. */
  dueAt: Date | null;
}>;

/**
 * What a member's stays, contact and consent ask for at `now`, beyond the messages there are. Depends on nothing else, so the order in which those
 * became known cannot matter; and a message there is already is never begun again.
 */
export function plan({ stays, reach, messages }: MemberFacts, campaigns: readonly Campaign[], now: Date): Plan {
  const has = new Set(messages.map(({ campaignId }) => campaignId));
  const begins = campaigns.filter(
    (campaign) => !has.has(campaign.campaignId) && stays.some((stay) => actsOn(campaign, stay)),
  );
  const held = messages.map((message) => heldTo(message, reach, now));
  const changed = held.filter((message, index) => message !== messages[index]);
  return { begins, changed, dueAt: firstDeadline(held) };
}

/** When the first of these that wait for something to become known has waited long enough. */
export function firstDeadline(messages: readonly Message[]): Date | null {
  const deadlines = messages
    .filter(({ state, claimableAt }) => state === 'waiting' && claimableAt === null)
    .map((message) => deadlineOf(message).getTime());
  return deadlines.length === 0 ? null : new Date(Math.min(...deadlines));
}
