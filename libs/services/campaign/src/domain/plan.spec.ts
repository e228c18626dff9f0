import type { Campaign, Stay } from './campaign.js';
import { WAIT_MS } from './message.js';
import { plan } from './plan.js';
import { aMessage, at, NOW } from './some-messages.features.js';

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
  epoch: 1,
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
