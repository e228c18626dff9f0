import { purchaseCreated } from './purchase-created.js';

const purchase = {
  purchaseId: 'p-1',
  memberId: 'm-1',
  purchasedAt: '2026-03-01T09:30:00.000Z',
  currency: 'EUR',
  totalMinor: 1250,
};
const line = { sku: 'a', quantity: 2, unitPriceMinor: 100 };

describe('purchase.created', () => {
  it('is known by its own number and keyed by its member', () => {
    expect(purchaseCreated).toMatchObject({ topic: 'purchase.created', dataschema: 'urn:tessera:purchase.created:1' });
    expect(purchaseCreated.identity).toMatchObject({ kind: 'fact' });

    const parsed = purchaseCreated.parse(purchase);
    if (!parsed.ok || purchaseCreated.identity.kind === 'signal') throw new Error('unexpected');
    expect(purchaseCreated.key(parsed.data)).toBe('m-1');
    expect(purchaseCreated.identity.of(parsed.data)).toBe('p-1');
  });

  it.each([
    ['the least', {}],
    ['a zero total', { totalMinor: 0 }],
    ['the largest total', { totalMinor: 1_000_000_000_000 }],
    ['no lines', { lines: [] }],
    ['a line given away', { lines: [{ ...line, unitPriceMinor: 0 }] }],
    ['a line wholly discounted', { lines: [{ ...line, discountMinor: 200 }] }],
    ['lines that do not add up to the total', { lines: [line, { ...line, name: '', brand: 'Büro™ 文具 🎁' }] }],
    ['all else', { channel: 'web', storeId: 's', couponCodes: ['c'], pointsSpent: 0, partnerId: 'x', backfill: true }],
    ['numbers of any script', { purchaseId: '№ 17/β', memberId: 'A.b_c:d-9' }],
  ])('takes %s unchanged', (_, change) => {
    expect(purchaseCreated.parse({ ...purchase, ...change })).toEqual({ ok: true, data: { ...purchase, ...change } });
  });

  it('normalises the time and leaves out what it does not know, at any depth', () => {
    const sent = {
      ...purchase,
      purchasedAt: '2026-03-01T10:30:00.000999+01:00',
      customerName: 'x',
      lines: [{ ...line, colour: 'red' }],
    };

    expect(purchaseCreated.parse(sent)).toEqual({ ok: true, data: { ...purchase, lines: [line] } });
  });

  it.each([
    [{ purchaseId: '' }, 'purchaseId: must be 1 to 64 characters without control characters'],
    [{ purchaseId: 'x'.repeat(65) }, 'purchaseId: must be 1 to 64 characters without control characters'],
    [{ purchaseId: 'a\u0000' }, 'purchaseId: must be 1 to 64 characters without control characters'],
    [{ purchaseId: '\ud800' }, 'purchaseId: must be 1 to 64 characters without control characters'],
    [{ purchaseId: 17 }, 'purchaseId: must be a string, not a number'],
    [{ purchaseId: undefined }, 'purchaseId: is missing'],
    [{ memberId: 'anna@example.test' }, 'memberId: must be 1 to 64 of the characters A-Z a-z 0-9 . _ : -'],
    [{ memberId: 'm\n' }, 'memberId: must be 1 to 64 of the characters A-Z a-z 0-9 . _ : -'],
    [{ memberId: null }, 'memberId: must be a string, not null'],
    [{ purchasedAt: '2026-02-30T00:00:00Z' }, 'purchasedAt: is a date or time that does not exist'],
    [{ currency: 'eur' }, 'currency: must be an active ISO 4217 currency code, like EUR'],
    [{ totalMinor: -1 }, 'totalMinor: must be at least 0'],
    [{ totalMinor: 12.5 }, 'totalMinor: must be a whole number'],
    [{ totalMinor: '12' }, 'totalMinor: must be a number, not a string'],
    [{ totalMinor: 1_000_000_000_001 }, 'totalMinor: must be at most 1000000000000'],
    [{ totalMinor: 1e15 }, 'totalMinor: must be at most 1000000000000'],
    [{ lines: {} }, 'lines: must be an array, not an object'],
    [{ lines: [line, line, { ...line, quantity: 0 }] }, 'lines[2].quantity: must be at least 1'],
    [{ lines: [{ ...line, quantity: 0.5 }] }, 'lines[0].quantity: must be a whole number'],
    [
      { lines: [{ ...line, discountMinor: 201 }] },
      'lines[0].discountMinor: must be at most quantity times unitPriceMinor',
    ],
    [
      { lines: [{ ...line, quantity: 10_000, unitPriceMinor: 1_000_000_000_000 }] },
      'lines[0].quantity: times unitPriceMinor is too large',
    ],
    [{ lines: Array<object>(10_001).fill(line) }, 'lines: must be at most 10000 entries'],
    [{ couponCodes: [''] }, 'couponCodes[0]: must be 1 to 64 characters without control characters'],
    [{ pointsSpent: -1 }, 'pointsSpent: must be at least 0'],
    [{ backfill: 'yes' }, 'backfill: must be a boolean, not a string'],
  ])('refuses %j', (change, issue) => {
    expect(purchaseCreated.parse({ ...purchase, ...change })).toEqual({ ok: false, issues: [issue] });
  });

  it('names every issue, up to a limit', () => {
    const lines = Array.from({ length: 30 }, () => ({ ...line, quantity: 0 }));

    const parsed = purchaseCreated.parse({ ...purchase, totalMinor: -1, lines });

    expect(parsed).toMatchObject({ ok: false });
    if (parsed.ok) throw new Error('unexpected');
    expect(parsed.issues.slice(0, 2)).toEqual([
      'totalMinor: must be at least 0',
      'lines[0].quantity: must be at least 1',
    ]);
    expect(parsed.issues.at(-1)).toBe('and 11 more');
  });
});
