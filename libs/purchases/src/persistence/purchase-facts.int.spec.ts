import { type Outcome, purchase, PurchaseTables, refund, refundByLines } from './batches.features.js';
import { PurchaseFacts } from './purchase-facts.js';
import type { PurchaseCreated, PurchaseRefunded } from '@tessera/contracts';
import type { PurchaseFact } from '../purchase-fact.js';

describe('purchase facts', () => {
  const facts = new PurchaseFacts();
  let tables: PurchaseTables;
  beforeAll(async () => void (tables = await PurchaseTables.create()));
  afterEach(() => tables.clear());
  afterAll(() => tables.drop());

  const buy = (...data: PurchaseCreated[]): Promise<Outcome> =>
    tables.deliver((batch) => facts.recordPurchases(batch), data);
  const giveBack = (...data: PurchaseRefunded[]): Promise<Outcome> =>
    tables.deliver((batch) => facts.recordRefunds(batch), data);
  const load = async (memberId: string): Promise<readonly PurchaseFact[]> =>
    (await tables.inTransaction((tx) => facts.load(tx, [memberId]))).get(memberId) ?? [];
  const stored = <Row>(sql: string): Promise<Row[]> => tables.dataSource.query(sql);

  describe('identity', () => {
    it('keeps a purchase once, however often it comes, in one batch or in many', async () => {
      expect(await buy(purchase(), purchase())).toEqual([]);
      expect(await buy(purchase())).toEqual([]);

      expect(await load('m1')).toEqual([
        {
          memberId: 'm1',
          purchaseId: 'p1',
          purchasedAt: new Date('2026-03-01T10:00:00.000Z'),
          totalMinor: 10_00,
          backfill: false,
          refunds: [],
        },
      ]);
    });

    it('lets the first in the order of the log stand, and refuses other content under its number', async () => {
      const [first, other] = [purchase({ totalMinor: 1 }), purchase({ totalMinor: 2 })];

      expect(await buy(first, other, first)).toEqual([{ id: '1', code: 'conflict' }]);
      expect(await buy(other, first)).toEqual([{ id: '0', code: 'conflict' }]);

      expect((await load('m1')).map(({ totalMinor }) => totalMinor)).toEqual([1]);
    });

    it('does the same for refunds', async () => {
      await buy(purchase());
      const [first, other] = [refund(), refund({ refundedAt: '2026-03-06T00:00:00.000Z' })];

      expect(await giveBack(first, other, first)).toEqual([{ id: '1', code: 'conflict' }]);
      expect(await giveBack(other, first)).toEqual([{ id: '0', code: 'conflict' }]);

      expect((await load('m1'))[0]?.refunds.map(({ refundedAt }) => refundedAt.toISOString())).toEqual([
        first.refundedAt,
      ]);
    });

    it('takes the same number under another member for another fact, and counts it', async () => {
      let counted: unknown;
      await buy(purchase());
      const before = tables.sharedNumbers;
      const twice = [purchase({ memberId: 'm2' }), purchase({ memberId: 'm2', purchaseId: 'p2' })];
      const refused = await tables.deliver(async (batch) => void (counted = await facts.recordPurchases(batch)), twice);

      expect(refused).toEqual([]);
      expect(counted).toMatchObject({ recorded: twice.map(({ memberId }) => ({ memberId })), sharedNumbers: 1 });
      expect(await load('m1')).toHaveLength(1);
      expect(await load('m2')).toHaveLength(2);

      await buy(
        ...twice,
        purchase({ memberId: 'm3', purchaseId: 'p3' }),
        purchase({ memberId: 'm4', purchaseId: 'p3' }),
      );
      expect(tables.sharedNumbers - before).toBe(2);
    });
  });

  describe('dates ahead', () => {
    const ahead = (ms: number): string => new Date(Date.parse('2026-06-02T00:00:00.000Z') + ms).toISOString();

    it('are taken up to 24 h after the log took the event, and refused beyond', async () => {
      expect(
        await buy(purchase({ purchasedAt: ahead(1) }), purchase({ purchaseId: 'p2', purchasedAt: ahead(0) })),
      ).toEqual([{ id: '0', code: 'too-far-ahead' }]);
      expect(
        await giveBack(refund({ refundedAt: ahead(1) }), refund({ refundId: 'r2', refundedAt: ahead(0) })),
      ).toEqual([{ id: '0', code: 'too-far-ahead' }]);

      expect((await load('m1')).map(({ purchaseId }) => purchaseId)).toEqual(['p2']);
    });

    it('do not take the number of a purchase that is sent again with a date that holds', async () => {
      expect(await buy(purchase({ purchasedAt: ahead(1) }), purchase())).toEqual([{ id: '0', code: 'too-far-ahead' }]);
      expect(await load('m1')).toHaveLength(1);
    });
  });

  describe('refunds', () => {
    const lines = [
      { sku: 'a', quantity: 3, unitPriceMinor: 100, discountMinor: 50 },
      { sku: 'b', quantity: 1, unitPriceMinor: 700 },
    ];
    const worths = async (): Promise<readonly number[]> =>
      (await load('m1')).flatMap(({ refunds }) => refunds.map(({ amountMinor }) => amountMinor));

    it('are worth the same before and after their purchase, in each of their forms', async () => {
      const all = [
        refund({ refundId: 'whole' }),
        refundByLines(1, 1, { refundId: 'lines' }),
        refund({ refundId: 'amount', whole: undefined, amountMinor: 42 } as Partial<PurchaseRefunded>),
      ];
      await giveBack(...all.map((one) => ({ ...one, refundId: `before ${one.refundId}` })));
      expect(await worths()).toEqual([]);
      expect(await buy(purchase({ totalMinor: 9_50, lines }))).toEqual([]);
      await giveBack(...all.map((one) => ({ ...one, refundId: `late ${one.refundId}` })));

      const [bought] = await load('m1');
      expect(bought?.refunds.map(({ refundId, amountMinor }) => [refundId, amountMinor])).toEqual([
        ['before amount', 42],
        ['before lines', 83],
        ['before whole', 9_50],
        ['late amount', 42],
        ['late lines', 83],
        ['late whole', 9_50],
      ]);
      expect(await stored('SELECT refunded_minor::int AS sum FROM purchases')).toEqual([{ sum: 2 * (42 + 83 + 9_50) }]);
    });

    it('that name an unknown line keep their number and are worth nothing; known to be wrong on arrival, they are refused', async () => {
      await giveBack(refundByLines(3, 1, { refundId: 'early' }));
      expect(await buy(purchase({ lines }))).toEqual([]);
      expect(await giveBack(refundByLines(3, 1, { refundId: 'late' }), refund())).toEqual([
        { id: '0', code: 'unknown-line' },
      ]);
      expect(await giveBack(refundByLines(3, 1, { refundId: 'late' }))).toEqual([]);

      expect(await worths()).toEqual([10_00]);
      expect(
        await stored(
          `SELECT refund_id, amount_minor::int AS amount, refused_code FROM refunds WHERE refused_code IS NOT NULL ORDER BY 1`,
        ),
      ).toEqual([
        { refund_id: 'early', amount: 0, refused_code: 'unknown-line' },
        { refund_id: 'late', amount: 0, refused_code: 'unknown-line' },
      ]);
    });

    it("beyond the total are kept, and of another member's purchase wait", async () => {
      await buy(purchase());
      await giveBack(refund(), refund({ refundId: 'r2' }), refund({ memberId: 'm2' }));

      expect(await worths()).toEqual([10_00, 10_00]);
      expect(await stored('SELECT member_id FROM refunds WHERE waits_for IS NOT NULL')).toEqual([{ member_id: 'm2' }]);
    });

    it('come in the order of (refundedAt, refundId)', async () => {
      await buy(purchase());
      await giveBack(
        refund({ refundId: 'b' }),
        refund({ refundId: 'B' }),
        refund({ refundId: 'z', refundedAt: '2026-01-01T00:00:00.000Z' }),
      );

      expect((await load('m1'))[0]?.refunds.map(({ refundId }) => refundId)).toEqual(['z', 'B', 'b']);
    });
  });

  it('loads in the order of (purchasedAt, purchaseId) by bytes, with an entry for every id, and any text as a number', async () => {
    const odd = `"{a}", \\ 'x' \u{1F600}`;
    await buy(...['b', odd, '\uFF5E', 'B', '\u{1F600}'].map((purchaseId) => purchase({ purchaseId })));
    await buy(purchase({ purchaseId: 'z', purchasedAt: '2020-01-01T00:00:00.000Z', backfill: true }));

    const loaded = await tables.inTransaction((tx) => facts.load(tx, ['m1', 'nobody']));

    expect(loaded.get('nobody')).toEqual([]);
    expect(loaded.get('m1')?.map(({ purchaseId }) => purchaseId)).toEqual(['z', odd, 'B', 'b', '\uFF5E', '\u{1F600}']);
    expect(loaded.get('m1')?.[0]?.backfill).toBe(true);
  });

  it('keeps any instant there is, to the millisecond', async () => {
    const dates = [
      '0000-01-01T00:00:00.000Z',
      '0001-01-01T00:00:00.001Z',
      '1899-12-31T23:59:59.999Z',
      '2026-03-01T00:00:00.123Z',
    ];
    await buy(...dates.map((purchasedAt) => purchase({ purchaseId: purchasedAt, purchasedAt })));
    await giveBack(
      ...dates.map((refundedAt) => refund({ refundId: refundedAt, refundedAt, purchaseId: dates[3] ?? '' })),
    );

    const loaded = await load('m1');
    expect(loaded.map(({ purchasedAt }) => purchasedAt.toISOString())).toEqual(dates);
    expect(loaded[3]?.refunds.map(({ refundedAt }) => refundedAt.toISOString())).toEqual(dates);
  });

  describe('the gate', () => {
    const gate = (registered: string[], currency: string | null): Promise<unknown> =>
      tables.inTransaction((tx) => facts.gate(tx, { ids: ['m1', 'm2'], registered: new Set(registered), currency }));
    const marks = async (): Promise<unknown> =>
      (
        await stored<{ mark: string }>(
          `SELECT member_id || ' ' || currency || ' ' || coalesce(waits_for, '-') AS mark FROM purchases ORDER BY 1`,
        )
      ).map(({ mark }) => mark);
    beforeEach(async () => {
      await buy(purchase(), purchase({ purchaseId: 'p2', currency: 'JPY' }), purchase({ memberId: 'm2' }));
    });

    it('marks what a purchase waits for: registration, then a program, then a rate', async () => {
      await gate(['m1'], null);
      expect(await marks()).toEqual(['m1 EUR program', 'm1 JPY program', 'm2 EUR registration']);
      await gate(['m1'], 'EUR');
      expect(await marks()).toEqual(['m1 EUR -', 'm1 JPY rate', 'm2 EUR registration']);
      await gate(['m1', 'm2'], 'EUR');
      expect(await marks()).toEqual(['m1 EUR -', 'm1 JPY rate', 'm2 EUR -']);
    });

    it('leaves out of what is loaded what waits for a program or a rate', async () => {
      await gate(['m1'], null);
      expect(await load('m1')).toEqual([]);
      await gate(['m1'], 'EUR');
      expect((await load('m1')).map(({ purchaseId }) => purchaseId)).toEqual(['p1']);
    });

    it('makes parked facts, summed up and listed page by page', async () => {
      await giveBack(refund({ purchaseId: 'unknown' }));
      await gate(['m1'], 'EUR');
      const appended = new Date('2026-06-01T00:00:00.000Z');

      await tables.inTransaction(async (tx) => {
        expect(await facts.summary(tx)).toEqual(
          ['purchase', 'rate', 'registration'].map((waitsFor) => ({ waitsFor, count: 1, oldestAt: appended })),
        );
        const [first, ...rest] = await facts.list(tx, { limit: 1 });
        expect(first).toEqual({
          kind: 'purchase',
          id: 'p1',
          memberId: 'm2',
          waitsFor: 'registration',
          since: appended,
        });
        expect(rest).toEqual([]);
        const next = first ? await facts.list(tx, { limit: 9, after: first }) : [];
        expect(next.map(({ kind, id }) => `${kind} ${id}`)).toEqual(['purchase p2', 'refund r1']);
      });
    });
  });

  it('are forgotten with all that waits, of these members alone, and are taken again if they come again', async () => {
    await buy(purchase(), purchase({ purchaseId: 'p2', currency: 'JPY' }), purchase({ memberId: 'm2' }));
    await giveBack(refund(), refund({ refundId: 'early', purchaseId: 'unknown' }), refund({ memberId: 'm2' }));
    const held = () =>
      stored('SELECT member_id FROM purchases UNION ALL SELECT member_id FROM refunds ORDER BY member_id');

    await tables.inTransaction((tx) => facts.forget(tx, []));
    expect(await held()).toHaveLength(6);
    await tables.inTransaction((tx) => facts.forget(tx, ['m1', 'unknown']));
    expect(await held()).toEqual([{ member_id: 'm2' }, { member_id: 'm2' }]);
    expect(await buy(purchase({ totalMinor: 1 }))).toEqual([]);
    expect(await load('m1')).toMatchObject([{ totalMinor: 1, refunds: [] }]);
  });
});
