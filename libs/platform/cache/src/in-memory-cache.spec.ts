import { cacheFeatures } from './cache.features.js';
import { InMemoryCache } from './in-memory-cache.js';

cacheFeatures('in memory', async () => new InMemoryCache());

describe('InMemoryCache', () => {
  it('drops the least recently used beyond its room', async () => {
    const cache = new InMemoryCache({ entriesMax: 2 });
    await cache.set('a', '1', 1_000);
    await cache.set('b', '2', 1_000);
    await cache.get('a');
    await cache.set('c', '3', 1_000);
    expect([await cache.get('a'), await cache.get('b'), await cache.get('c')]).toEqual(['1', undefined, '3']);
  });

  it('lets a value live up to, not through, its last millisecond', async () => {
    let now = 0;
    const cache = new InMemoryCache({ clock: () => now });
    await cache.set('a', '1', 10);
    now = 9;
    expect(await cache.get('a')).toBe('1');
    now = 10;
    expect(await cache.get('a')).toBeUndefined();
  });
});
