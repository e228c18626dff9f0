import type { EventContract } from '../define-event.js';
import { memberRegistered } from './member-registered.js';
import { pointsChanged } from './points-changed.js';
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
  it.each([memberRegistered, tierChanged, pointsChanged, segmentChanged])(
    '$topic is the whole state of its member, compacted by that key',
    (contract) => {
      expect(contract).toMatchObject({ identity: { kind: 'state' }, keep: 'compacted' });
    },
  );

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
