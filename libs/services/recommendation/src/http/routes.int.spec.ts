import { aCatalogItemChanged, aPurchaseCreated, testService } from '@tessera/testing';
import { recommendation } from '../index.js';
import { ago, linesOf, settled } from '../recommendation.features.js';

describe('routes', () => {
  const service = testService(recommendation);
  const buy = (...skus: string[]) => aPurchaseCreated({ purchasedAt: ago(1), lines: linesOf(...skus) });

  it('show a list with the instant for which it was made, ten articles unless asked for more', async () => {
    await service.deliver(buy(...Array.from({ length: 15 }, (_, n) => `s${n}`)));

    const { status, body } = await service.http('GET', '/members/m1/recommendations');
    expect(status).toBe(200);
    const { at, items } = body as { at: string; items: unknown[] };
    expect(Math.abs(Date.parse(at) - Date.now())).toBeLessThan(60_000);
    expect(items).toHaveLength(10);
    expect(items[0]).toEqual({
      sku: expect.any(String),
      name: expect.any(String),
      score: expect.any(Number),
      reason: { kind: 'own-frequency' },
    });
    const more = await service.http('GET', '/members/m1/recommendations?limit=100');
    expect((more.body as { items: unknown[] }).items).toHaveLength(15);
    const one = await service.http('GET', '/members/m1/recommendations?limit=1');
    expect((one.body as { items: unknown[] }).items).toEqual(items.slice(0, 1));
  });

  it('show an article as the catalogue and purchases tell it', async () => {
    await service.deliver(buy('a', 'b'), buy('a'));
    await service.deliver(
      aCatalogItemChanged({
        sku: 'b',
        name: 'Bee',
        category: 'insects',
        brand: 'hive',
        priceMinor: 250,
        currency: 'EUR',
      }),
      aCatalogItemChanged({ sku: 'new', name: 'New', inStock: false }),
    );

    expect(await service.http('GET', '/items/a')).toMatchObject({
      status: 200,
      body: { sku: 'a', name: 'A', category: null, inStock: true, catalogued: false, baskets: 2, popularity: 1 },
    });
    expect((await service.http('GET', '/items/b')).body).toEqual({
      sku: 'b',
      name: 'Bee',
      category: 'insects',
      brand: 'hive',
      priceMinor: 250,
      currency: 'EUR',
      inStock: true,
      catalogued: true,
      baskets: 1,
      popularity: 0.5,
    });
    expect((await service.http('GET', '/items/new')).body).toMatchObject({
      inStock: false,
      catalogued: true,
      baskets: 0,
    });
  });

  it('show what is bought along with an article, and what is popular', async () => {
    await service.deliver(buy('a', 'b'), buy('a', 'b'), buy('a', 'c'));

    expect((await service.http('GET', '/items/a/related')).body).toEqual({
      sku: 'a',
      items: [
        { sku: 'b', name: 'B', similarity: expect.closeTo(2 / (Math.sqrt(6) + 5), 12) },
        { sku: 'c', name: 'C', similarity: expect.closeTo(1 / (Math.sqrt(3) + 5), 12) },
      ],
    });
    expect((await service.http('GET', '/items/a/related?limit=1')).body).toMatchObject({ items: [{ sku: 'b' }] });
    expect((await service.http('GET', '/items/popular?limit=2')).body).toEqual({
      items: [
        { sku: 'a', name: 'A', popularity: 1 },
        { sku: 'b', name: 'B', popularity: expect.closeTo(2 / 3, 9) },
      ],
    });
  });

  it('take article numbers of any characters', async () => {
    await service.deliver(buy('50% off/✓', 'b'));
    const path = `/items/${encodeURIComponent('50% off/✓')}`;

    expect((await service.http('GET', path)).body).toMatchObject({ sku: '50% off/✓' });
    expect((await service.http('GET', `${path}/related`)).body).toMatchObject({ items: [{ sku: 'b' }] });
  });

  it('answer in an empty shop', async () => {
    expect(await service.http('GET', '/members/m1/recommendations')).toMatchObject({
      status: 200,
      body: { items: [] },
    });
    expect(await service.http('GET', '/items/popular')).toMatchObject({ status: 200, body: { items: [] } });
    expect((await service.http('GET', '/summary')).body).toEqual({
      members: 3,
      lists: 0,
      baskets: 0,
      items: 0,
      catalogued: 0,
      outOfStock: 0,
    });
  });

  it('count what there is', async () => {
    await service.deliver(buy('a', 'b'), aPurchaseCreated({ memberId: 'nobody', lines: linesOf('c') }));
    await service.deliver(aCatalogItemChanged({ sku: 'a' }), aCatalogItemChanged({ sku: 'z', inStock: false }));
    await settled(service);

    expect((await service.http('GET', '/summary')).body).toEqual({
      members: 3,
      lists: expect.any(Number),
      baskets: 2,
      items: 2,
      catalogued: 2,
      outOfStock: 1,
    });
  });

  it.each([
    ['/members/nobody/recommendations', 'unknown-member'],
    ['/items/nothing', 'unknown-item'],
    ['/items/nothing/related', 'unknown-item'],
  ])('%s is 404', async (path, code) => {
    expect(await service.http('GET', path)).toMatchObject({ status: 404, body: { code } });
  });

  it.each([
    '/members/m1/recommendations?limit=0',
    '/members/m1/recommendations?limit=101',
    '/members/m1/recommendations?limit=-1',
    '/members/m1/recommendations?limit=1.5',
    '/members/m1/recommendations?limit=ten',
    '/members/m1/recommendations?limit=1&limit=2',
    '/members/m1/recommendations?other=1',
    '/members/a%20b/recommendations',
    `/members/${'m'.repeat(65)}/recommendations`,
    '/items/popular?limit=0',
    '/items/popular?limit=1e1',
    '/items/popular?cursor=x',
    '/items/a/related?limit=1000',
    '/items/a/related?limit=',
    `/items/${'x'.repeat(65)}`,
    `/items/${'x'.repeat(65)}/related`,
    '/items/a%00b',
    '/items/a%0Ab/related',
  ])('%s is 400', async (path) => {
    expect(await service.http('GET', path)).toMatchObject({ status: 400, body: { code: 'request-invalid' } });
  });

  it('ask for a token', async () => {
    for (const path of ['/members/m1/recommendations', '/items/popular', '/items/a', '/items/a/related', '/summary']) {
      expect(await service.http('GET', path, { token: null })).toMatchObject({ status: 401 });
    }
  });

  it('are described', async () => {
    const { status, body } = await service.http('GET', '/openapi.json', { token: null });
    const { paths, components } = body as {
      paths: Record<string, object>;
      components: { schemas: Record<string, object> };
    };
    expect(status).toBe(200);
    expect(
      Object.keys(paths)
        .filter((path) => /members|items|summary/.test(path))
        .sort(),
    ).toEqual([
      '/recommendation/v1/items/popular',
      '/recommendation/v1/items/{sku}',
      '/recommendation/v1/items/{sku}/related',
      '/recommendation/v1/members/{memberId}/recommendations',
      '/recommendation/v1/summary',
    ]);
    expect(Object.keys(components.schemas)).toEqual(
      expect.arrayContaining(['Item', 'Recommendations', 'RelatedItems']),
    );
  });
});
