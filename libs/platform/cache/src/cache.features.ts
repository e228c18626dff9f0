import { setTimeout as sleep } from 'node:timers/promises';
import type { Cache } from './cache.js';

/** What every adapter of `Cache` must do; run by each adapter's own spec. */
export function cacheFeatures(name: string, open: () => Promise<Cache>): void {
  describe(`a cache: ${name}`, () => {
    let cache: Cache;

    beforeEach(async () => {
      cache = await open();
    });

    afterEach(() => cache.close());

    it('gives back what was set, byte for byte', async () => {
      const value = JSON.stringify({ text: 'ü €\n\u0000', empty: '' });
      await cache.set('key', value, 60_000);
      await cache.set('empty', '', 60_000);
      expect(await cache.get('key')).toBe(value);
      expect(await cache.get('empty')).toBe('');
    });

    it('knows nothing of what was never set', async () => {
      expect(await cache.get('never')).toBeUndefined();
      expect(await cache.get('__proto__')).toBeUndefined();
    });

    it('replaces, and deletes', async () => {
      await cache.set('key', 'one', 60_000);
      await cache.set('key', 'two', 60_000);
      expect(await cache.get('key')).toBe('two');
      await cache.delete('key');
      await cache.delete('never');
      expect(await cache.get('key')).toBeUndefined();
    });

    it('forgets when the time is up, and counts it from the last set', async () => {
      await cache.set('short', 'x', 20);
      await cache.set('again', 'x', 20);
      await cache.set('again', 'y', 60_000);
      await sleep(60);
      expect(await cache.get('short')).toBeUndefined();
      expect(await cache.get('again')).toBe('y');
    });

    it.each([0, -1, 0.5, Number.NaN, Infinity])('refuses a life of %p ms', async (ttlMs) => {
      await expect(cache.set('key', 'x', ttlMs)).rejects.toThrow('milliseconds above zero');
    });
  });
}
