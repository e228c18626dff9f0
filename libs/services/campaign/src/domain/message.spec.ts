import fc from 'fast-check';
import { backOffMs, claimed, heldTo, isClaimable, isHeldBy, type Message, type Outcome } from './message.js';
import { released, sending, settled, WAIT_MS } from './message.js';
import { type Reach, reachOf } from './reach.js';
import { aMessage, at, NOW, RULES } from './some-messages.features.js';

const open: Reach = { kind: 'open' };
const noAddress: Reach = { kind: 'unknown', missing: 'no-address' };
const refused: Reach = { kind: 'closed', why: 'consent-refused' };

describe('whether a member can be written to', () => {
  it.each<[Parameters<typeof reachOf>[0], Reach]>([
    [{ isErased: false, contact: 'sealed', consent: true }, open],
    [
      { isErased: false, contact: 'unknown', consent: true },
      { kind: 'unknown', missing: 'no-contact' },
    ],
    [{ isErased: false, contact: 'without-address', consent: true }, noAddress],
    [
      { isErased: false, contact: 'sealed', consent: null },
      { kind: 'unknown', missing: 'no-word-on-consent' },
    ],
    [{ isErased: false, contact: 'unknown', consent: false }, refused],
    [
      { isErased: true, contact: 'sealed', consent: true },
      { kind: 'closed', why: 'member-erased' },
    ],
  ])('%j is %j', (known, reach) => {
    expect(reachOf(known)).toEqual(reach);
  });
});

describe('a waiting message', () => {
  it('waits for what is missing, says so once, and goes as soon as all is known', () => {
    const waiting = heldTo(aMessage(), noAddress, NOW);

    expect(waiting).toMatchObject({ state: 'waiting', reason: 'no-address', claimableAt: null });
    expect(heldTo(waiting, noAddress, at(1))).toBe(waiting);
    expect(heldTo(waiting, open, at(5))).toMatchObject({ state: 'waiting', reason: null, claimableAt: at(5) });
  });

  it('is undeliverable after seven days, not before', () => {
    const waiting = heldTo(aMessage(), noAddress, NOW);

    expect(heldTo(waiting, noAddress, at(WAIT_MS - 1))).toBe(waiting);
    expect(heldTo(waiting, noAddress, at(WAIT_MS))).toMatchObject({ state: 'undeliverable', reason: 'no-address' });
    expect(heldTo(waiting, open, at(WAIT_MS))).toMatchObject({ state: 'waiting', claimableAt: at(WAIT_MS) });
  });

  it('ends when consent is refused, also while it waits for another attempt', () => {
    const deferred = aMessage({ reason: 'smtp-451', claimableAt: at(1_000), attempts: 1 });

    expect(heldTo(deferred, open, NOW)).toBe(deferred);
    expect(heldTo(deferred, refused, NOW)).toMatchObject({ state: 'suppressed', reason: 'consent-refused' });
  });

  it.each(['claimed', 'sending', 'sent', 'bounced', 'undeliverable', 'suppressed'] as const)(
    'no longer changes by what becomes known of its member once it is %s',
    (state) => {
      const message = aMessage({ state });
      for (const reach of [open, noAddress, refused]) expect(heldTo(message, reach, at(2 * WAIT_MS))).toBe(message);
    },
  );
});

describe('a claim', () => {
  const lease = { holder: 'h', until: at(1_000) };
  const ready = aMessage({ claimableAt: NOW });

  it('holds until the lease has run out, to the millisecond', () => {
    const taken = claimed(ready, lease, NOW, RULES);

    expect(taken).toMatchObject({ state: 'claimed', leaseHolder: 'h', claimableAt: at(1_000), doubts: 0, attempts: 0 });
    expect([isHeldBy(taken, 'h', at(999)), isClaimable(taken, at(999))]).toEqual([true, false]);
    expect([isHeldBy(taken, 'h', at(1_000)), isClaimable(taken, at(1_000))]).toEqual([false, true]);
    expect(isHeldBy(taken, 'other', NOW)).toBe(false);
  });

  it('after a lease that ran out counts a doubt only if the mail server may have been spoken to', () => {
    const taken = claimed(ready, lease, NOW, RULES);
    const sent = sending(taken, lease, NOW, 3);

    expect(sent).toMatchObject({ state: 'sending', attempts: 1, templateVersion: 3 });
    expect(claimed(taken, lease, at(1_000), RULES)).toMatchObject({ state: 'claimed', doubts: 0 });
    expect(claimed(sent, lease, at(1_000), RULES)).toMatchObject({ state: 'claimed', doubts: 1 });
  });

  it('said again to be sending, by who did not hear that it was committed, is one attempt', () => {
    const sent = sending(claimed(ready, lease, NOW, RULES), lease, NOW, 3);

    expect(sending(sent, { ...lease, until: at(2_000) }, at(5), 3)).toMatchObject({
      attempts: 1,
      claimableAt: at(2_000),
    });
  });

  it('ends a message of too many doubts instead of sending it once more', () => {
    const doubtful = aMessage({ state: 'sending', leaseHolder: 'h', claimableAt: NOW, doubts: RULES.doubtsMax });

    expect(claimed(doubtful, lease, NOW, RULES)).toMatchObject({
      state: 'undeliverable',
      reason: 'outcome-unknown',
      doubts: 3,
      claimableAt: null,
      leaseHolder: null,
    });
  });

  it('given back is ready at once, or waits for what is missing', () => {
    const taken = claimed(ready, lease, NOW, RULES);

    expect(released(taken, open, at(5))).toMatchObject({ state: 'waiting', claimableAt: at(5), leaseHolder: null });
    expect(released(taken, noAddress, at(5))).toMatchObject({
      state: 'waiting',
      claimableAt: null,
      reason: 'no-address',
    });
    expect(released(taken, refused, at(5))).toMatchObject({ state: 'suppressed', leaseHolder: null });
  });
});

describe('an outcome', () => {
  const sent = aMessage({ state: 'sending', leaseHolder: 'h', claimableAt: at(1_000), attempts: 1 });

  it.each<[Outcome, Partial<Message>]>([
    [{ kind: 'accepted' }, { state: 'sent', reason: null, claimableAt: null }],
    [
      { kind: 'refused', code: 'smtp-550' },
      { state: 'bounced', reason: 'smtp-550', claimableAt: null },
    ],
    [
      { kind: 'unsendable', code: 'address-invalid' },
      { state: 'undeliverable', reason: 'address-invalid' },
    ],
    [
      { kind: 'deferred', code: 'smtp-451' },
      { state: 'waiting', reason: 'smtp-451', claimableAt: at(1_000), deferrals: 1 },
    ],
    [
      { kind: 'unreachable', code: 'econnrefused' },
      { state: 'waiting', claimableAt: at(500), deferrals: 0 },
    ],
  ])('%j', (outcome, expected) => {
    expect(settled(sent, outcome, NOW, RULES, 500)).toMatchObject({ leaseHolder: null, ...expected });
  });

  it('that is unknown leaves the message to its lease', () => {
    expect(settled(sent, { kind: 'unknown' }, NOW, RULES, 500)).toBe(sent);
  });

  it('deferred too often ends it', () => {
    const tired = { ...sent, deferrals: RULES.deferralsMax };

    expect(settled(tired, { kind: 'deferred', code: 'smtp-451' }, NOW, RULES, 500)).toMatchObject({
      state: 'undeliverable',
      reason: 'smtp-451',
      claimableAt: null,
    });
  });

  it('backs off four times longer each time, up to the most', () => {
    expect([1, 2, 3, 4, 1_000].map((deferrals) => backOffMs(deferrals, RULES))).toEqual([
      1_000, 4_000, 16_000, 60_000, 60_000,
    ]);
  });
});

describe('whatever happens to a message', () => {
  const lease = { holder: 'h', until: at(1_000) };
  const outcome = fc.constantFrom<Outcome>(
    { kind: 'accepted' },
    { kind: 'refused', code: 'smtp-550' },
    { kind: 'deferred', code: 'smtp-451' },
    { kind: 'unreachable', code: 'etimedout' },
    { kind: 'unknown' },
  );
  const step = fc.oneof(
    fc.constantFrom<Reach>(open, noAddress, refused).map((reach) => (message: Message) => heldTo(message, reach, NOW)),
    fc.constant((message: Message) => {
      const now = message.claimableAt ?? NOW;
      return isClaimable(message, now) ? claimed(message, lease, now, RULES) : message;
    }),
    fc.constant((message: Message) => (message.state === 'claimed' ? sending(message, lease, NOW, 1) : message)),
    outcome.map((came) => (message: Message) => {
      return message.state === 'sending' ? settled(message, came, NOW, RULES, 500) : message;
    }),
  );

  it('an end is an end, leases and states go together, and no doubt is forgotten', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        let message = aMessage();
        for (const next of steps) {
          const before = message;
          message = next(before);
          const isEnd = ['sent', 'bounced', 'undeliverable', 'suppressed'].includes(before.state);
          if (isEnd) expect(message).toBe(before);
          expect(message.leaseHolder !== null).toBe(message.state === 'claimed' || message.state === 'sending');
          expect(message.attempts - before.attempts).toBe(message !== before && message.state === 'sending' ? 1 : 0);
          const isTakenOver =
            before.state === 'sending' && (message.state === 'claimed' || message.reason === 'outcome-unknown');
          expect(message.doubts - before.doubts).toBe(isTakenOver ? 1 : 0);
          expect(message.doubts).toBeLessThanOrEqual(message.attempts);
        }
      }),
      { numRuns: 500 },
    );
  });
});
