import { inOrder, tierAt } from './tier-at.js';

const noon = new Date('2026-03-01T12:00:00.000Z');
const entry = (effectiveAt: Date, afterPurchaseId: string | null, tier: string) => ({
  effectiveAt,
  afterPurchaseId,
  tier,
});

describe('tier at a purchase', () => {
  it('is unknown, hence the lowest, without any entry before it', () => {
    expect(tierAt([], { purchasedAt: noon, purchaseId: 'p' })).toBeUndefined();
    expect(tierAt([entry(new Date(+noon + 1), null, 'gold')], { purchasedAt: noon, purchaseId: 'p' })).toBeUndefined();
  });

  it('is that of the last entry strictly before (purchasedAt, purchaseId)', () => {
    const history = [
      entry(new Date(+noon - 1), 'z', 'silver'),
      entry(noon, 'p2', 'gold'),
      entry(new Date(+noon + 1), 'a', 'basic'),
    ];

    expect(tierAt(history, { purchasedAt: noon, purchaseId: 'p1' })).toBe('silver');
    expect(tierAt(history, { purchasedAt: noon, purchaseId: 'p2' })).toBe('silver');
    expect(tierAt(history, { purchasedAt: noon, purchaseId: 'p3' })).toBe('gold');
    expect(tierAt(history, { purchasedAt: noon })).toBe('gold');
    expect(tierAt(history, { purchasedAt: new Date(+noon + 2), purchaseId: '' })).toBe('basic');
  });

  it('lets a null entry hold for every purchase of its instant', () => {
    expect(tierAt([entry(noon, null, 'silver')], { purchasedAt: noon, purchaseId: '' })).toBe('silver');
  });

  it('compares ids bytewise', () => {
    expect(tierAt([entry(noon, 'Z', 'silver')], { purchasedAt: noon, purchaseId: 'a' })).toBe('silver');
    expect(tierAt([entry(noon, 'a', 'silver')], { purchasedAt: noon, purchaseId: 'Z' })).toBeUndefined();
  });

  it('can put a history in order, keeping the later of equal entries last', () => {
    const history = inOrder([
      entry(noon, 'b', '4'),
      entry(noon, null, '2'),
      entry(new Date(0), 'x', '1'),
      entry(noon, null, '3'),
    ]);

    expect(history.map(({ tier }) => tier)).toEqual(['1', '2', '3', '4']);
  });
});
