import type { EventContract } from '../define-event.js';
import { consentChanged } from './consent-changed.js';
import { memberContactChanged } from './member-contact-changed.js';
import { memberErased } from './member-erased.js';
import { memberRegistered } from './member-registered.js';
import { messageChanged } from './message-changed.js';
import { pointsChanged } from './points-changed.js';
import { recommendationChanged } from './recommendation-changed.js';
import { segmentChanged } from './segment-changed.js';
import { tierChanged } from './tier-changed.js';

const at = '2026-03-01T09:30:00.000Z';
const state = { memberId: 'm-1', epoch: 1_767_225_600_000, sequence: 1 };
const balance = { wallet: 'main', pending: 0, active: 5, held: 0, spent: 0, expired: 0, arrears: 0 };
const entered = { segment: 's', version: 1, enteredAt: at };
const left = { segment: 's', version: 1, leftAt: at };

const registered = { ...state, registeredAt: at };
const tier = { ...state, tier: 'silver', direction: 'up', history: [], changedAt: at };
const points = {
  ...state,
  wallet: 'main',
  reason: 'earned',
  amount: 5,
  occurredAt: at,
  postedAt: at,
  balances: [balance],
};
const segments = { ...state, segments: [], entered: [], left: [], changedAt: at };
const sealed = { keyId: '2026-01', nonce: 'AQIDBAUGBwgJCgsM', ciphertext: `${'QUJD'.repeat(7)}QQ==` };
const contact = { ...state, sealed };
const email = { channel: 'email', granted: true, changedAt: at };
const consent = { ...state, consents: [email], changedAt: at };
const erased = { ...state, erasedAt: at };
const item = { sku: 'a', score: 0.25, reason: { kind: 'popular' } };
const recommended = { ...state, items: [item], changedAt: at };
const message = {
  messageId: 'x-1',
  ...state,
  campaignId: 'c',
  template: 'thank-you',
  channel: 'email',
  state: 'sent',
  attempts: 1,
  doubts: 0,
  changedAt: at,
};

type Case = readonly [contract: EventContract, data: object];

const accepted: readonly Case[] = [
  [memberRegistered, registered],
  [tierChanged, tier],
  [
    tierChanged,
    { ...tier, direction: 'rewritten', history: [{ effectiveAt: at, afterPurchaseId: null, tier: 'basic' }] },
  ],
  [pointsChanged, points],
  [pointsChanged, { ...points, reason: 'clawed-back', amount: -5, purchaseId: 'p', refundId: 'r' }],
  [pointsChanged, { ...points, reason: 'spent', amount: -5, redemptionId: 'x', balances: [] }],
  [segmentChanged, segments],
  [segmentChanged, { ...segments, segments: [{ ...entered, backfill: true }] }],
  [memberContactChanged, contact],
  [consentChanged, consent],
  [consentChanged, { ...consent, consents: [] }],
  [consentChanged, { ...consent, consents: [email, { ...email, channel: 'push', granted: false }] }],
  [memberErased, erased],
  [recommendationChanged, recommended],
  [recommendationChanged, { ...recommended, items: [] }],
  [
    recommendationChanged,
    { ...recommended, items: [{ ...item, name: 'Büro', reason: { kind: 'bought-together', sku: 'b' } }] },
  ],
  [messageChanged, message],
  [messageChanged, { ...message, state: 'undeliverable', reason: 'no address within 7 days', attempts: 0 }],
  ...[
    { kind: 'purchase', purchaseId: 'p', backfill: false },
    { kind: 'refund', refundId: 'r', backfill: true },
    { kind: 'window' },
    { kind: 'registration' },
    { kind: 'definition' },
  ].map((cause) => {
    const change = { segments: [entered], entered: [{ ...entered, cause }], left: [{ ...left, cause }] };
    return [segmentChanged, { ...segments, ...change }] as const;
  }),
];

describe('states', () => {
  it.each([
    memberRegistered,
    memberContactChanged,
    consentChanged,
    tierChanged,
    pointsChanged,
    segmentChanged,
    recommendationChanged,
  ])('$topic is the whole state of its member, compacted by that key', (contract) => {
    expect(contract).toMatchObject({ identity: { kind: 'state' }, keep: 'compacted' });
  });

  it('keeps erasures for ever, and messages, of which a member has many, for a while', () => {
    expect(memberErased).toMatchObject({ identity: { kind: 'state' }, keep: 'forever' });
    expect(messageChanged).toMatchObject({ identity: { kind: 'state' }, keep: { days: 30 } });
    if (messageChanged.identity.kind === 'signal') throw new Error('unexpected');
    expect(messageChanged.identity.of(messageChanged.schema.parse(message))).toBe('x-1');
  });

  it.each(accepted)('takes case %#, and leaves out what it does not know', (contract, data) => {
    expect(contract.parse({ ...data, since: 'tomorrow' })).toEqual({ ok: true, data });
    expect(contract.key(data)).toBe('m-1');
  });

  it.each([
    [memberRegistered, { ...registered, sequence: undefined }, 'sequence: is missing'],
    [memberRegistered, { ...registered, epoch: -1 }, 'epoch: must be at least 0'],
    [
      memberRegistered,
      { ...registered, memberId: '' },
      'memberId: must be 1 to 64 of the characters A-Z a-z 0-9 . _ : -',
    ],
    [tierChanged, { ...tier, direction: 'sideways' }, 'direction: must be "up" or "down" or "rewritten"'],
    [tierChanged, { ...tier, history: [{ effectiveAt: at, tier: 'basic' }] }, 'history[0].afterPurchaseId: is missing'],
    [pointsChanged, { ...points, reason: undefined }, 'reason: is missing'],
    [pointsChanged, { ...points, amount: 0.5 }, 'amount: must be a whole number'],
    [pointsChanged, { ...points, balances: [{ ...balance, active: -1 }] }, 'balances[0].active: must be at least 0'],
    [
      memberContactChanged,
      { ...contact, sealed: { ...sealed, nonce: 'AQID' } },
      'sealed.nonce: must be 12 bytes in base64',
    ],
    [
      memberContactChanged,
      { ...contact, sealed: { ...sealed, ciphertext: 'anna@example.test' } },
      'sealed.ciphertext: must be base64 of at least 16 bytes',
    ],
    [
      memberContactChanged,
      { ...contact, sealed: { ...sealed, ciphertext: 'QUJD' } },
      'sealed.ciphertext: must be base64 of at least 16 bytes',
    ],
    [consentChanged, { ...consent, consents: [email, email] }, 'consents[1].channel: must be there at most once'],
    [
      consentChanged,
      { ...consent, consents: [{ ...email, channel: 'fax' }] },
      'consents[0].channel: must be "email" or "sms" or "push"',
    ],
    [memberErased, { ...erased, erasedAt: null }, 'erasedAt: must be a string, not null'],
    [
      recommendationChanged,
      { ...recommended, items: Array.from({ length: 11 }, () => item) },
      'items: must be at most 10 entries',
    ],
    [recommendationChanged, { ...recommended, items: [{ ...item, score: -1 }] }, 'items[0].score: must be at least 0'],
    [messageChanged, { ...message, doubts: undefined }, 'doubts: is missing'],
    [
      segmentChanged,
      { ...segments, entered: [{ ...entered, cause: { kind: 'mood' } }] },
      'entered[0].cause.kind: must be one of the known kinds',
    ],
    [
      segmentChanged,
      { ...segments, left: [{ ...left, cause: { kind: 'refund', backfill: false } }] },
      'left[0].cause.refundId: is missing',
    ],
    [
      segmentChanged,
      { ...segments, segments: [{ ...entered, version: 0 }] },
      'segments[0].version: must be at least 1',
    ],
  ])('refuses case %#', (contract, data, issue) => {
    expect(contract.parse(data)).toEqual({ ok: false, issues: [issue] });
  });
});
