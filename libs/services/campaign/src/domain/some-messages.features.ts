import type { Message, RetryRules } from './message.js';

export const NOW = new Date('2026-03-01T12:00:00.000Z');
export const at = (ms: number): Date => new Date(NOW.getTime() + ms);

export const RULES: RetryRules = { retryFirstMs: 1_000, retryMaxMs: 60_000, deferralsMax: 3, doubtsMax: 2 };

export const aMessage = (fields: Partial<Message> = {}): Message => ({
  messageId: '01997e2e-0000-7000-8000-000000000001',
  campaignId: 'thank-you',
  memberId: 'm1',
  template: 'thank-you',
  templateVersion: null,
  state: 'waiting',
  reason: null,
  attempts: 0,
  doubts: 0,
  deferrals: 0,
  claimableAt: null,
  leaseHolder: null,
  rfcMessageId: '<1@shop.example>',
  traceparent: null,
  createdAt: NOW,
  changedAt: NOW,
  ...fields,
});
