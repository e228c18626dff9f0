import { madeUpShop } from '../made-up/made-up-shop.js';
import { messageBounds } from '../oracle/message-bounds.js';
import { expectationOf, NO_LEFTOVERS } from '../oracle/source.js';
import { FakeSystem, idOf } from './fake-system.features.js';
import { catalogueEvents, eventsInTime } from './events-in-time.js';
import { differences } from './report.js';
import { type Demo, runDemo } from './run-demo.js';

const shop = madeUpShop({ members: 120, seed: 3, now: new Date() });

describe('a run of the demo', () => {
  let system: FakeSystem;
  let demo: Demo;

  beforeEach(async () => {
    system = new FakeSystem();
    demo = {
      url: await system.start(),
      token: 'secret',
      shop,
      oracle: (asOf) => expectationOf(shop, NO_LEFTOVERS, asOf),
      patience: { everyMs: 5, stuckMs: 500 },
      awayMs: 5_000,
    };
  });
  afterEach(() => system.stop());

  it('registers, posts in time order with the late ones last, and reports what the services say', async () => {
    const report = await runDemo(demo);

    expect(differences(report)).toEqual([]);
    expect(report).toMatchObject({
      purchases: shop.purchases.length,
      refunds: shop.refunds.length,
      members: 120,
      parked: 0,
      deadLetters: 0,
      messages: messageBounds(shop, new Date()).owed.size,
      booksBalanced: true,
    });
    expect(report.points.active).toBe(report.source.points);
    expect(report.eventsPerSecond).toBeGreaterThan(0);
    expect([...system.members.values()].at(-1)).toEqual({
      memberId: 'm-000120',
      contact: { email: 'm-000120@example.test' },
      consents: [{ channel: 'email', granted: !shop.refusing.has('m-000120') }],
    });
    expect([...system.members.values()].filter(({ consents }) => !consents?.[0]?.granted)).toHaveLength(
      shop.refusing.size,
    );
    expect(system.order).toEqual([...catalogueEvents(shop), ...eventsInTime(shop)].map(idOf));
    expect(system.startsAt).toBe(shop.purchases.map(({ purchasedAt }) => purchasedAt).sort()[0]);
    expect(report.messageRules).toEqual({
      owed: report.messages,
      byLedger: { missing: 0, doubled: 0, unreached: 0 },
      byMailbox: { missing: 0, doubled: 0, unreached: 0, undoubted: 0 },
    });
  });

  it('sees a difference', async () => {
    system.pointsTooMany = 1;

    expect(differences(await runDemo(demo))).toEqual([
      expect.objectContaining({ figure: 'points', equal: false, services: expect.any(Number) }),
    ]);
  });

  it('sees that a message never came, whatever the ledger says', async () => {
    system.mailbox = (mails) => mails.slice(1);

    expect(differences(await runDemo(demo)).map(({ figure }) => figure)).toEqual(['without their message, by mailbox']);
  });

  it('goes by the ledger alone where there is no mailbox', async () => {
    system.mailbox = () => null;
    const report = await runDemo(demo);

    expect([differences(report), report.messageRules.byMailbox]).toEqual([[], null]);
  });

  it('goes on through broken connections, 503 and 429, at every kind of request', async () => {
    const seen = new Map<string, number>();
    system.trouble = (method, path) => {
      const times = (seen.get(path) ?? 0) + 1;
      seen.set(path, times);
      if (path.includes('/statement')) return 'break';
      if (times === 1) return 'break';
      if (times === 2) return method === 'POST' ? { status: 429, retryAfter: '0' } : { status: 503 };
      return undefined;
    };

    const report = await runDemo(demo);

    expect(differences(report)).toEqual([]);
    expect(report.latencyMs).toEqual({ p50: null, p99: null });
  });

  it('refuses a system that holds purchases, or whose program is in another currency', async () => {
    system.currency = 'GBP';
    await expect(runDemo(demo)).rejects.toThrow("This system's program is in GBP and the shop's prices are in EUR");

    system.currency = 'EUR';
    await runDemo(demo);
    await expect(runDemo(demo)).rejects.toThrow('already holds');
  });

  it('stops at a refused event and names it', async () => {
    system.refuse = ({ data }) => data.purchaseId === shop.purchases[3]?.purchaseId;

    await expect(runDemo(demo)).rejects.toThrow(/The collector refused .*too much/);
  });

  it('says why it was turned away, and gives up on a system that stays away', async () => {
    await expect(runDemo({ ...demo, token: 'wrong' })).rejects.toThrow('(401)');

    await system.stop();
    await expect(runDemo({ ...demo, awayMs: 300 })).rejects.toThrow('ECONNREFUSED');
    system = new FakeSystem();
    await system.start();
  });
});
