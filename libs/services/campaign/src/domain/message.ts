import type { Reach } from './reach.js';

export const MESSAGE_STATES = [
  'waiting',
  'claimed',
  'sending',
  'sent',
  'bounced',
  'undeliverable',
  'suppressed',
] as const;
export type MessageState = (typeof MESSAGE_STATES)[number];

/** One row of the send ledger: there is at most one a campaign and member, for ever. */
export type Message = Readonly<{
  messageId: string;
  campaignId: string;
  memberId: string;
  template: string;
  /** Version of the template that it was last made from; null before the first attempt. */
  templateVersion: number | null;
  state: MessageState;
  /** A code, where the state needs one; never personal data. */
  reason: string | null;
  /** How often it was given to the mail server. */
  attempts: number;
  /** Attempts of which nobody knows how they ended. */
  doubts: number;
  /** How often the mail server asked for another attempt later; steers the back-off. */
  deferrals: number;
  /** From when on it may be claimed: a waiting one that is ready, or one whose lease has run out by then. null: not at all. */
  claimableAt: Date | null;
  leaseHolder: string | null;
  /** The same in all attempts, so that who gets two can fold them. */
  rfcMessageId: string;
  /** Of the event or request that made it necessary, so that sending it goes on in that trace. */
  traceparent: string | null;
  createdAt: Date;
  changedAt: Date;
}>;

/** What came of one attempt. `accepted`, `refused` and `deferred` are the mail server's own words; `code` is its reply code. */
export type Outcome =
  | Readonly<{ kind: 'accepted' }>
  | Readonly<{ kind: 'refused'; code: string }>
  | Readonly<{ kind: 'deferred'; code: string }>
  /** Surely not accepted, and not for a reason of this message: no connection, a time-out, a lost connection before the end of DATA. */
  | Readonly<{ kind: 'unreachable'; code: string }>
  /** It can never be handed over as it is. */
  | Readonly<{ kind: 'unsendable'; code: string }>
  /** The end of DATA may have reached the server, its answer did not reach us. */
  | Readonly<{ kind: 'unknown' }>;

export const OUTCOMES = [
  'accepted',
  'refused',
  'deferred',
  'unreachable',
  'unsendable',
  'unknown',
] as const satisfies readonly Outcome['kind'][];

export type RetryRules = Readonly<{
  retryFirstMs: number;
  retryMaxMs: number;
  deferralsMax: number;
  doubtsMax: number;
}>;

const DAY_MS = 86_400_000;
/** So long a message waits for an address and a word on consent (domain.md section 9). */
export const WAIT_MS = 7 * DAY_MS;

export const deadlineOf = ({ createdAt }: Message): Date => new Date(createdAt.getTime() + WAIT_MS);

const later = (now: Date, ms: number): Date => new Date(now.getTime() + ms);

function ended(message: Message, state: MessageState, reason: string | null, now: Date): Message {
  return { ...message, state, reason, claimableAt: null, leaseHolder: null, changedAt: now };
}

function waiting(message: Message, reason: string | null, claimableAt: Date | null, now: Date): Message {
  return { ...message, state: 'waiting', reason, claimableAt, leaseHolder: null, changedAt: now };
}

/**
 * A waiting message as what is known of its member wants it at `now`; the very same object if that changes nothing. One that waits for
 * another attempt goes on doing so.
 */
export function heldTo(message: Message, reach: Reach, now: Date): Message {
  if (message.state !== 'waiting') return message;
  if (reach.kind === 'closed') return ended(message, 'suppressed', reach.why, now);
  if (reach.kind === 'open') return message.claimableAt ? message : waiting(message, null, now, now);
  if (deadlineOf(message) <= now) return ended(message, 'undeliverable', reach.missing, now);
  const isSame = message.claimableAt === null && message.reason === reach.missing;
  return isSame ? message : waiting(message, reach.missing, null, now);
}

export const isClaimable = ({ state, claimableAt }: Message, now: Date): boolean =>
  (state === 'waiting' || state === 'claimed' || state === 'sending') && claimableAt !== null && claimableAt <= now;

export type Lease = Readonly<{ holder: string; until: Date }>;

/**
 * Somebody takes a claimable message. If it was being sent, that attempt's outcome is unknown and counts as a doubt; after too many,
 * it is not sent once more.
 */
export function claimed(message: Message, lease: Lease, now: Date, { doubtsMax }: RetryRules): Message {
  const doubts = message.doubts + (message.state === 'sending' ? 1 : 0);
  if (doubts > doubtsMax) return ended({ ...message, doubts }, 'undeliverable', 'outcome-unknown', now);
  const { holder: leaseHolder, until: claimableAt } = lease;
  return { ...message, doubts, state: 'claimed', reason: null, claimableAt, leaseHolder, changedAt: now };
}

export const isHeldBy = ({ state, leaseHolder, claimableAt }: Message, holder: string, now: Date): boolean =>
  (state === 'claimed' || state === 'sending') && leaseHolder === holder && claimableAt !== null && now < claimableAt;

/**
 * To be committed before the mail server hears of it. Said again by the same holder, who did not hear that it had been committed and so has not
 * spoken to the mail server, it is still one attempt.
 */
export function sending(message: Message, lease: Lease, now: Date, templateVersion: number): Message {
  const { holder: leaseHolder, until: claimableAt } = lease;
  const attempts = message.attempts + (message.state === 'sending' ? 0 : 1);
  return { ...message, state: 'sending', attempts, templateVersion, claimableAt, leaseHolder, changedAt: now };
}

/** Given back unsent: it may be claimed again at once, or waits for what is missing. */
export const released = (message: Message, reach: Reach, now: Date): Message =>
  heldTo(waiting(message, null, reach.kind === 'open' ? now : null, now), reach, now);

/** How long to wait after so many deferrals: four times longer each time, up to the most. */
export const backOffMs = (deferrals: number, { retryFirstMs, retryMaxMs }: RetryRules): number =>
  Math.min(retryMaxMs, retryFirstMs * 4 ** Math.min(deferrals - 1, 20));

/** What an outcome makes of the message. An unknown one changes nothing: the lease runs out, and whoever then claims it counts the doubt. */
export function settled(message: Message, outcome: Outcome, now: Date, rules: RetryRules, pauseMs: number): Message {
  switch (outcome.kind) {
    case 'accepted':
      return ended(message, 'sent', null, now);
    case 'refused':
      return ended(message, 'bounced', outcome.code, now);
    case 'unsendable':
      return ended(message, 'undeliverable', outcome.code, now);
    case 'unreachable':
      return waiting(message, outcome.code, later(now, pauseMs), now);
    case 'deferred': {
      const deferrals = message.deferrals + 1;
      if (deferrals > rules.deferralsMax) return ended({ ...message, deferrals }, 'undeliverable', outcome.code, now);
      return waiting({ ...message, deferrals }, outcome.code, later(now, backOffMs(deferrals, rules)), now);
    }
    case 'unknown':
      return message;
  }
}
