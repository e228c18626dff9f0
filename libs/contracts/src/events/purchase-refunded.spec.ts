import { purchaseRefunded } from './purchase-refunded.js';

const refund = { refundId: 'r-1', purchaseId: 'p-1', memberId: 'm-1', refundedAt: '2026-03-01T09:30:00.000Z' };
const oneForm = 'data: must have exactly one of whole, lines and amountMinor';

describe('purchase.refunded', () => {
  it.each([
    { whole: true },
    { lines: [{ line: 1, quantity: 2 }] },
    { amountMinor: 0 },
    { amountMinor: 500, backfill: true },
  ])('takes %j', (form) => {
    const parsed = purchaseRefunded.parse({ ...refund, ...form, note: 'unknown' });

    expect(parsed).toEqual({ ok: true, data: { ...refund, ...form } });
    if (parsed.ok) expect(purchaseRefunded.parse(parsed.data)).toEqual(parsed);
  });

  it.each([
    [{}, oneForm],
    [{ whole: true, amountMinor: 0 }, oneForm],
    [{ whole: true, lines: [{ line: 1, quantity: 1 }] }, oneForm],
    [{ lines: [{ line: 1, quantity: 1 }], amountMinor: 0 }, oneForm],
    [{ whole: true, lines: [{ line: 1, quantity: 1 }], amountMinor: 0 }, oneForm],
    [{ whole: false }, 'whole: must be true'],
    [{ lines: [] }, 'lines: must be at least 1 entries'],
    [{ lines: [{ line: 0, quantity: 1 }] }, 'lines[0].line: must be at least 1'],
    [{ lines: [{ line: 1, quantity: -1 }] }, 'lines[0].quantity: must be at least 1'],
    [{ lines: [{ line: 1 }] }, 'lines[0].quantity: is missing'],
    [{ amountMinor: -5 }, 'amountMinor: must be at least 0'],
    [{ whole: true, purchaseId: '' }, 'purchaseId: must be 1 to 64 characters without control characters'],
    [{ whole: true, refundedAt: 'now' }, expect.stringContaining('refundedAt: must be an ISO 8601')],
  ])('refuses %j', (form, issue) => {
    expect(purchaseRefunded.parse({ ...refund, ...form })).toEqual({ ok: false, issues: [issue] });
  });

  it('is a fact of its own number', () => {
    if (purchaseRefunded.identity.kind !== 'fact') throw new Error('unexpected');
    expect(purchaseRefunded.identity.of({ ...refund, whole: true })).toBe('r-1');
  });
});
