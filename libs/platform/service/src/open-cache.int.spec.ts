import { InMemoryCache } from '@tessera/platform-cache';
import { createLogger } from './logger.js';
import { openCache } from './open-cache.js';

describe('the cache of a service', () => {
  const lines: string[] = [];
  const logger = createLogger({ level: 'warn', destination: { write: (line) => void lines.push(line) } });

  it('is its own where there is no Redis', async () => {
    const cache = openCache({}, 'ledger', logger);
    expect(cache).toBeInstanceOf(InMemoryCache);
    await cache.close();
  });

  it('is there, and finds nothing, where Redis is not; which is said once and not at each call', async () => {
    const cache = openCache({ REDIS_URL: 'redis://127.0.0.1:1' }, 'ledger', logger);
    for (const key of ['a', 'b', 'c']) {
      await cache.set(key, 'value', 1_000);
      expect(await cache.get(key)).toBeUndefined();
    }
    await cache.close();

    expect(lines.filter((line) => line.includes('Redis does not answer'))).toHaveLength(1);
  });
});
