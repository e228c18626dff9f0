import { behaviorRecorded } from './behavior-recorded.js';
import { catalogItemChanged } from './catalog-item-changed.js';

const at = '2026-03-01T09:30:00.000Z';

describe('behavior.recorded', () => {
  const view = { memberId: 'm-1', kind: 'view', sku: 'a', occurredAt: at };

  it.each([
    ['a view', {}],
    ['a cart', { kind: 'cart', quantity: 2, behaviorId: 'b-1', channel: 'web' }],
    ['a favourite', { kind: 'favourite' }],
    ['a search', { kind: 'search', sku: undefined, query: 'lantern' }],
    ['a search for an article', { kind: 'search', query: '' }],
    ['a visit', { kind: 'visit', sku: undefined }],
  ])('takes %s', (_, change) => {
    expect(behaviorRecorded.parse({ ...view, ...change, page: '/x' })).toEqual({
      ok: true,
      data: { ...view, ...change },
    });
  });

  it.each([
    [{ sku: undefined }, 'sku: is missing, for a view'],
    [{ kind: 'cart', sku: undefined }, 'sku: is missing, for a cart'],
    [{ kind: 'favourite', sku: undefined }, 'sku: is missing, for a favourite'],
    [{ kind: 'search' }, 'query: is missing, for a search'],
    [{ kind: 'cart', quantity: 0 }, 'quantity: must be at least 1'],
    [{ kind: 'bought' }, 'kind: must be "view" or "cart" or "favourite" or "search" or "visit"'],
    [{ occurredAt: undefined }, 'occurredAt: is missing'],
  ])('refuses %j', (change, issue) => {
    expect(behaviorRecorded.parse({ ...view, ...change })).toEqual({ ok: false, issues: [issue] });
  });

  it('is a signal, kept 100 days, in the order of its member', () => {
    expect(behaviorRecorded).toMatchObject({ identity: { kind: 'signal' }, keep: { days: 100 } });
    expect(behaviorRecorded.key(behaviorRecorded.schema.parse(view))).toBe('m-1');
  });
});

describe('catalog.item-changed', () => {
  const item = { sku: 'a', version: 1, name: 'Lantern', inStock: true, changedAt: at };

  it.each([
    ['the least', {}],
    ['a time as version', { version: 1_772_357_400_000, inStock: false }],
    ['a currency without a price', { currency: 'EUR' }],
    ['all there is', { category: 'Home', brand: 'Kerze & Co.', priceMinor: 0, currency: 'EUR' }],
  ])('takes %s', (_, change) => {
    expect(catalogItemChanged.parse({ ...item, ...change })).toEqual({ ok: true, data: { ...item, ...change } });
  });

  it.each([
    [{ version: 0 }, 'version: must be at least 1'],
    [{ name: '' }, 'name: must be 1 to 256 characters without control characters'],
    [{ priceMinor: 255 }, 'currency: is missing, beside a price'],
    [{ inStock: 'yes' }, 'inStock: must be a boolean, not a string'],
  ])('refuses %j', (change, issue) => {
    expect(catalogItemChanged.parse({ ...item, ...change })).toEqual({ ok: false, issues: [issue] });
  });

  it('is a fact of its version, under its article', () => {
    if (catalogItemChanged.identity.kind !== 'fact') throw new Error('unexpected');
    const data = catalogItemChanged.schema.parse(item);
    expect([catalogItemChanged.key(data), catalogItemChanged.identity.of(data)]).toEqual(['a', '1']);
  });
});
