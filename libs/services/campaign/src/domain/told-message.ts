import type { Message, MessageState } from './message.js';

/** What this service published of a message, in the time that its database has forgotten. */
export type ToldMessage = Readonly<{
  messageId: string;
  memberId: string;
  campaignId: string;
  template: string;
  state: MessageState;
  reason?: string | undefined;
  attempts: number;
  doubts: number;
  changedAt: string;
}>;

/**
 * The row of a message as it was when this was told. Leases are gone with the processes that held them, so one that was claimed waits, and one that was
 * being sent may be claimed at once: whoever does so counts a doubt. Whether it still can be sent is for the plan to say, which comes next.
 */
export function asTold(known: Message | null, told: ToldMessage, rfcMessageId: string, now: Date): Message {
  const { messageId, memberId, campaignId, template, attempts, doubts } = told;
  const state = told.state === 'claimed' ? 'waiting' : told.state;
  const changedAt = new Date(told.changedAt);
  return {
    messageId,
    campaignId,
    memberId,
    template,
    templateVersion: known?.templateVersion ?? null,
    state,
    reason: told.reason ?? null,
    attempts,
    doubts,
    deferrals: known?.deferrals ?? 0,
    claimableAt: isUnderWay(state) ? now : null,
    // Nobody holds it under this name.
    leaseHolder: state === 'sending' ? messageId : null,
    rfcMessageId: known?.rfcMessageId ?? rfcMessageId,
    traceparent: known?.traceparent ?? null,
    createdAt: known?.createdAt ?? changedAt,
    changedAt,
  };
}

const isUnderWay = (state: MessageState): boolean => state === 'waiting' || state === 'sending';
