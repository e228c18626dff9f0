import { aPurchaseCreated, aTierChanged, testService } from '@tessera/testing';
import { ledger as definition } from '../index.js';

describe('the ledger over HTTP', () => {
  const ledger = testService(definition);
  const key = { 'idempotency-key': 'k' };

  it('shows a member without purchases as having nothing', async () => {
    const { status, body } = await ledger.http('GET', '/members/m1/balance');

    expect(status).toBe(200);
    expect(body).toEqual({
      memberId: 'm1',
      wallet: 'points',
      pending: 0,
      active: 0,
      held: 0,
      spent: 0,
      expired: 0,
      arrears: 0,
      nextExpiry: null,
      asOf: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*\.\d{3}Z$/),
    });
  });

  it('pages through a statement, newest first, with what was available after each movement', async () => {
    await ledger.deliver(
      ...[1, 2, 3].map((units) => aPurchaseCreated({ purchaseId: `p${units}`, totalMinor: units * 100 })),
    );
    await ledger.http('POST', '/members/m1/redemptions', { body: { points: 4 }, headers: key });

    type Page = { items: { reason: string; amount: number; availableAfter: number }[]; nextCursor: string | null };
    const first = (await ledger.http('GET', '/members/m1/statement?limit=3')).body as Page;
    const second = (await ledger.http('GET', `/members/m1/statement?limit=3&cursor=${first.nextCursor}`)).body as Page;

    expect([...first.items, ...second.items].map((one) => [one.reason, one.amount, one.availableAfter])).toEqual([
      ['spent', -4, 2],
      ['earned', 3, 6],
      ['earned', 2, 3],
      ['earned', 1, 1],
    ]);
    expect(second.nextCursor).toBeNull();
    expect(first.items[1]).toMatchObject({ sequence: 3, purchaseId: 'p3', refundId: null, redemptionId: null });
  });

  it('quotes what a basket would earn, by the tier of that time', async () => {
    await ledger.deliver(aTierChanged({ history: [{ tier: 'gold', effectiveAt: '2026-03-01T00:00:00Z' }] }));
    const quote = (purchasedAt?: string) =>
      ledger.http('POST', '/members/m1/quote', {
        body: { totalMinor: 10_99, currency: 'EUR', ...(purchasedAt && { purchasedAt }) },
      });

    expect(await quote()).toMatchObject({ status: 200, body: { points: 54, tier: 'gold', multiplier: 500 } });
    expect((await quote('2026-03-01T00:00:00Z')).body).toMatchObject({
      points: 54,
      programVersion: 1,
      expiresAt: '2028-03-01T00:00:00.000Z',
    });
    expect((await quote('2026-02-28T23:59:59.999Z')).body).toMatchObject({ points: 10, tier: 'basic' });
    expect(await ledger.published('points.changed')).toEqual([]);
  });

  it('sums up members, and leaves strangers out', async () => {
    await ledger.deliver(aPurchaseCreated({ totalMinor: 10_00 }), aPurchaseCreated({ memberId: 'stranger' }));

    expect((await ledger.http('GET', '/summary')).body).toEqual({
      points: { pending: 0, active: 10, held: 0, spent: 0, expired: 0, arrears: 0 },
      purchases: 1,
      refunds: 0,
      refundedMinor: 0,
    });
  });

  it('describes its routes', async () => {
    const { status, body } = await ledger.http('GET', '/openapi.json', { token: null });

    expect(status).toBe(200);
    expect(Object.keys((body as { components: { schemas: object } }).components.schemas)).toEqual(
      expect.arrayContaining([
        'Balance',
        'Statement',
        'Redemption',
        'Redeemed',
        'Returned',
        'Basket',
        'Quote',
        'Books',
      ]),
    );
  });

  describe('refuses', () => {
    const redemptions = '/members/m1/redemptions';
    const basket = { totalMinor: 1, currency: 'EUR' };
    it.each([
      ['a member id with blanks', 'GET', '/members/a%20b/balance', undefined, 400, 'request-invalid'],
      ['a member id with a zero byte', 'GET', '/members/%00/statement', undefined, 400, 'request-invalid'],
      ['a member id too long', 'GET', `/members/${'a'.repeat(65)}/balance`, undefined, 400, 'request-invalid'],
      ['an unknown member', 'GET', '/members/nobody/balance', undefined, 404, 'member-unknown'],
      ['a statement of an unknown member', 'GET', '/members/nobody/statement', undefined, 404, 'member-unknown'],
      ['a page of none', 'GET', '/members/m1/statement?limit=0', undefined, 400, 'request-invalid'],
      ['a page of too many', 'GET', '/members/m1/statement?limit=501', undefined, 400, 'request-invalid'],
      ['a cursor that is none', 'GET', '/members/m1/statement?cursor=x', undefined, 400, 'request-invalid'],
      ['a cursor of another list', 'GET', '/members/m1/statement?cursor=ImEi', undefined, 400, 'request-invalid'],
      ['a redemption without a body', 'POST', redemptions, undefined, 400, 'request-invalid'],
      ['no points', 'POST', redemptions, { points: 0 }, 400, 'request-invalid'],
      ['points below none', 'POST', redemptions, { points: -5 }, 400, 'request-invalid'],
      ['parts of points', 'POST', redemptions, { points: 1.5 }, 400, 'request-invalid'],
      ['points as text', 'POST', redemptions, { points: '5' }, 400, 'request-invalid'],
      ['points beyond counting', 'POST', redemptions, { points: 2 ** 53 }, 400, 'request-invalid'],
      ['unknown fields', 'POST', redemptions, { points: 1, pionts: 2 }, 400, 'request-invalid'],
      ['a zero byte in a reference', 'POST', redemptions, { points: 1, reference: 'a\0' }, 400, 'request-invalid'],
      ['more than is there', 'POST', redemptions, { points: 2 ** 53 - 1 }, 409, 'insufficient-points'],
      ['a list', 'POST', redemptions, [], 400, 'request-invalid'],
      ['what is no JSON', 'POST', redemptions, '{', 400, 'json-invalid'],
      ['a redemption of nobody', 'POST', '/members/nobody/redemptions', { points: 1 }, 404, 'member-unknown'],
      ['a redemption that is no number', 'POST', `${redemptions}/7/return`, undefined, 400, 'request-invalid'],
      ['a quote for nobody', 'POST', '/members/nobody/quote', basket, 404, 'member-unknown'],
      ['a quote below nothing', 'POST', '/members/m1/quote', { ...basket, totalMinor: -1 }, 400, 'request-invalid'],
      ['a quote in no currency', 'POST', '/members/m1/quote', { ...basket, currency: 'EURO' }, 400, 'request-invalid'],
      ['a quote in another', 'POST', '/members/m1/quote', { ...basket, currency: 'USD' }, 422, 'currency-without-rate'],
      ['a quote for no day', 'POST', '/members/m1/quote', { ...basket, purchasedAt: 'soon' }, 400, 'request-invalid'],
    ])('%s', async (_what, method, path, body, status, code) => {
      const answer = await ledger.http(method, path, { ...(body !== undefined && { body }), headers: key });

      expect(answer).toMatchObject({ status, body: { code, status } });
    });

    it('a redemption without an Idempotency-Key', async () => {
      expect(await ledger.http('POST', redemptions, { body: { points: 1 } })).toMatchObject({
        status: 400,
        body: { code: 'idempotency-key-missing' },
      });
    });

    it.each(['/members/m1/balance', '/members/m1/statement', '/summary', '/books'])(
      'to show %s without a token',
      async (path) => {
        expect(await ledger.http('GET', path, { token: null })).toMatchObject({ status: 401 });
      },
    );

    it('a quote before there is a program', async () => {
      await ledger.sql('TRUNCATE programs');

      expect(await ledger.http('POST', '/members/m1/quote', { body: basket })).toMatchObject({
        status: 503,
        body: { code: 'program-missing' },
      });
    });
  });
});
