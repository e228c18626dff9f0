import fc from 'fast-check';
import type { Campaign, Stay } from './campaign.js';
import { WAIT_MS } from './message.js';
import { plan } from './plan.js';
import { aMessage, at, NOW } from './some-messages.features.js';
import { staysAfter } from './stays.js';

const campaign = (fields: Partial<Campaign> = {}): Campaign => ({
  campaignId: 'thank-you',
  name: 'Thank',
  segment: 'big-180',
  template: 'thank-you',
  channel: 'email',
  startsAt: NOW,
  state: 'running',
  createdAt: NOW,
  ...fields,
});
const stay = (fields: Partial<Stay> = {}): Stay => ({
  segment: 'big-180',
  enteredAt: NOW,
  isBackfill: false,
  ...fields,
});
const open = { kind: 'open' } as const;
const noContact = { kind: 'unknown', missing: 'no-contact' } as const;

describe('what a member is to get', () => {
  const begun = (stays: readonly Stay[], campaigns = [campaign()], messages = [] as ReturnType<typeof aMessage>[]) =>
    plan({ stays, reach: open, messages }, campaigns, NOW).begins.map(({ campaignId }) => campaignId);

  it('is the message of each campaign on a segment entered since it starts', () => {
    expect(begun([stay()])).toEqual(['thank-you']);
    expect(begun([stay({ enteredAt: at(-1) })])).toEqual([]);
    expect(begun([stay({ segment: 'lapsing' })])).toEqual([]);
    expect(begun([stay()], [campaign(), campaign({ campaignId: 'second' })])).toEqual(['thank-you', 'second']);
  });

  it('is nothing for history that was loaded', () => {
    expect(begun([stay({ isBackfill: true })])).toEqual([]);
  });

  it('is noted while the campaign is stopped', () => {
    expect(begun([stay()], [campaign({ state: 'stopped' })])).toEqual(['thank-you']);
  });

  it.each(['waiting', 'sent', 'suppressed', 'bounced'] as const)(
    'is never a second message, if the first is %s',
    (state) => {
      expect(begun([stay()], [campaign()], [aMessage({ state })])).toEqual([]);
    },
  );

  it('is looked at again when the first of its messages has waited long enough', () => {
    const messages = [
      aMessage({ createdAt: at(-1_000), reason: 'no-contact' }),
      aMessage({ campaignId: 'b', createdAt: at(-5_000), reason: 'no-contact' }),
      aMessage({ campaignId: 'c', createdAt: at(-9_000), state: 'sent' }),
    ];

    expect(plan({ stays: [], reach: noContact, messages }, [], NOW).dueAt).toEqual(at(WAIT_MS - 5_000));
    expect(plan({ stays: [], reach: open, messages }, [], NOW)).toMatchObject({
      dueAt: null,
      changed: [{ claimableAt: NOW }, { claimableAt: NOW }],
    });
  });
});

describe('stays', () => {
  const segments = fc.uniqueArray(fc.constantFrom('a', 'b', 'c'));
  const state = (names: readonly string[], enteredAt = NOW, isBackfill = false) => ({
    segments: names.map((segment) => ({ segment, enteredAt })),
    entered: names.map((segment) => ({ segment, enteredAt, isBackfill })),
  });

  it('are those of the state, and a state that comes again changes nothing', () => {
    fc.assert(
      fc.property(segments, segments, (before, after) => {
        const known = staysAfter([], state(before));
        const then = staysAfter(known, state(after, at(1)));
        expect(then.map(({ segment }) => segment)).toEqual(after);
        expect(staysAfter(then, state(after, at(1)))).toEqual(then);
      }),
    );
  });

  it('keep what is known of them in a rebuilt state, which names nobody as entered', () => {
    const known = staysAfter([], state(['a'], NOW, true));

    expect(staysAfter(known, { segments: [{ segment: 'a', enteredAt: at(7) }], entered: [] })).toEqual(known);
  });

  it('begin anew where the leaving in between was skipped over', () => {
    const known = staysAfter([], state(['a'], NOW, true));

    expect(staysAfter(known, state(['a'], at(7)))).toEqual([{ segment: 'a', enteredAt: at(7), isBackfill: false }]);
  });

  it('of which the entry was skipped over are taken for entered by no history', () => {
    expect(staysAfter([], { segments: [{ segment: 'a', enteredAt: NOW }], entered: [] })).toEqual([
      { segment: 'a', enteredAt: NOW, isBackfill: false },
    ]);
  });
});
