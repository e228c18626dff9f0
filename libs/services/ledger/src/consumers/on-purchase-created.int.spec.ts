import { aMemberRegistered, aPurchaseCreated, aPurchaseRefunded, aTierChanged, testService } from '@tessera/testing';
import { ledger as definition } from '../index.js';

describe('on purchase.created', () => {
  const ledger = testService(definition);
  const told = async () =>
    (await ledger.published('points.changed')).map(({ data }) => [data['reason'], data['amount']]);
  const balanceOf = async (memberId: string) => (await ledger.http('GET', `/members/${memberId}/balance`)).body;

  it('credits a purchase once, however often it is delivered', async () => {
    const purchase = aPurchaseCreated({ totalMinor: 12_50 });

    await ledger.deliver(purchase, purchase);
    await ledger.deliver(purchase);

    expect(await balanceOf('m1')).toMatchObject({ wallet: 'points', active: 12, spent: 0, arrears: 0 });
    expect(await told()).toEqual([['earned', 12]]);
  });

  it('says what was posted, why, when, and what the wallet holds after it', async () => {
    await ledger.deliver(aPurchaseCreated({ purchaseId: 'p1', totalMinor: 10_00 }));

    const [event] = await ledger.published('points.changed');
    expect(event).toMatchObject({
      key: 'm1',
      data: {
        memberId: 'm1',
        sequence: 1,
        wallet: 'points',
        reason: 'earned',
        amount: 10,
        purchaseId: 'p1',
        occurredAt: '2026-03-01T10:00:00.000Z',
        balances: [{ wallet: 'points', pending: 0, active: 10, held: 0, spent: 0, expired: 0, arrears: 0 }],
      },
    });
    expect(await ledger.sql('SELECT account, amount, lot_id FROM entries ORDER BY line')).toEqual([
      { account: 'issued', amount: -10, lot_id: 'p1' },
      { account: 'active', amount: 10, lot_id: 'p1' },
    ]);
  });

  it('keeps the first of two purchases of one number, and refuses other content', async () => {
    await ledger.deliver(
      aPurchaseCreated({ purchaseId: 'p1', totalMinor: 10_00 }),
      aPurchaseCreated({ purchaseId: 'p1', totalMinor: 20_00 }),
    );

    expect(await balanceOf('m1')).toMatchObject({ active: 10 });
    expect((await ledger.http('GET', '/progress')).body).toMatchObject({ deadLetters: 1 });
  });

  it('posts nothing for strangers until they are registered, then all of it, as one movement a purchase', async () => {
    await ledger.deliver(
      aPurchaseCreated({ memberId: 'm9', purchaseId: 'p1', totalMinor: 10_00 }),
      aPurchaseCreated({ memberId: 'm9', purchaseId: 'p2', totalMinor: 20_00 }),
      aPurchaseRefunded({ memberId: 'm9', purchaseId: 'p1', amountMinor: 4_00 }),
    );
    expect(await told()).toEqual([]);
    expect(await ledger.http('GET', '/members/m9/balance')).toMatchObject({ status: 404 });

    await ledger.deliver(aMemberRegistered({ memberId: 'm9' }));

    expect(await told()).toEqual([
      ['earned', 6],
      ['earned', 20],
    ]);
  });

  it('parks a purchase in another currency', async () => {
    await ledger.deliver(aPurchaseCreated({ currency: 'JPY' }));

    expect(await told()).toEqual([]);
    expect((await ledger.http('GET', '/progress')).body).toMatchObject({ parked: [{ waitsFor: 'rate', count: 1 }] });
  });

  it('corrects what it credited when the tier of that day becomes known later', async () => {
    const purchase = aPurchaseCreated({ totalMinor: 10_00, purchasedAt: '2026-03-02T10:00:00Z' });
    const silver = aTierChanged({ history: [{ tier: 'silver', effectiveAt: '2026-03-01T00:00:00Z' }] });

    await ledger.deliver(purchase, silver);

    expect(await balanceOf('m1')).toMatchObject({ active: 20 });
    expect(await told()).toEqual([
      ['earned', 10],
      ['corrected', 10],
    ]);
  });

  it('posts a purchase whose points have expired already as earned and expired at once', async () => {
    await ledger.deliver(aPurchaseCreated({ totalMinor: 10_00, purchasedAt: '2020-01-01T00:00:00Z' }));

    expect(await balanceOf('m1')).toMatchObject({ active: 0, expired: 10, nextExpiry: null });
    expect(await told()).toEqual([['earned', 10]]);
  });

  it('takes a batch of many members with many purchases each', async () => {
    const members = Array.from({ length: 50 }, (_, index) => `b${index}`);
    await ledger.deliver(...members.map((memberId) => aMemberRegistered({ memberId })));
    await ledger.deliver(
      ...Array.from({ length: 500 }, (_, index) => aPurchaseCreated({ memberId: members[index % 50] ?? '' })),
    );

    const [sums] = await ledger.sql('SELECT count(*)::int AS wallets, sum(active)::int AS active FROM wallets');
    expect(sums).toEqual({ wallets: 50, active: 5000 });
    expect((await ledger.http('GET', '/books')).body).toMatchObject({ balanced: true });
  });
});
