import { randomUUID } from 'node:crypto';
import { openWire } from '@tessera/platform-testing';
import { cacheFeatures } from './cache.features.js';
import { RedisCache } from './redis-cache.js';

const url = process.env['TESSERA_TEST_REDIS'];

if (!url) {
  const suite = process.env['CI'] === 'true' ? describe : describe.skip;
  suite('RedisCache', () => {
    it('needs a server: TESSERA_TEST_REDIS names one, TESSERA_TEST_WITH=redis starts one', () => {
      expect(url).toBeDefined();
    });
  });
} else {
  cacheFeatures('Redis', async () => {
    const cache = new RedisCache({ url, prefix: `${randomUUID()}:`, timeoutMs: 2_000 });
    await cache.ready();
    return cache;
  });
  describe('RedisCache', () => awayFeatures(url));
}

function awayFeatures(address: string): void {
  const closers: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close();
  });

  const open = async (through: string, prefix: string, onFailure?: () => void): Promise<RedisCache> => {
    const cache = new RedisCache({ url: through, prefix, ...(onFailure && { onFailure }) });
    closers.push(() => cache.close());
    return cache;
  };

  it('is shared by all who use the same prefix, and by nobody else', async () => {
    const prefix = `${randomUUID()}:`;
    const [one, two, apart] = await Promise.all([
      open(address, prefix),
      open(address, prefix),
      open(address, `${randomUUID()}:`),
    ]);
    await Promise.all([one, two, apart].map((cache) => cache.ready()));
    await one.set('key', 'value', 60_000);
    expect([await two.get('key'), await apart.get('key')]).toEqual(['value', undefined]);
  });

  it('finds and keeps nothing while Redis is away, says so, and goes on by itself', async () => {
    const wire = await openWire(address);
    closers.push(() => wire.end());
    let told = 0;
    const cache = await open(wire.url, `${randomUUID()}:`, () => (told += 1));
    await cache.ready();
    await cache.set('kept', 'value', 60_000);

    await wire.cut();
    expect(await cache.get('kept')).toBeUndefined();
    await cache.set('other', 'value', 60_000);
    expect(cache.failures).toBe(2);
    expect(told).toBe(2);

    await wire.mend();
    await cache.ready();
    expect(await cache.get('kept')).toBe('value');
  });

  it('never answers afterwards with what was replaced or deleted meanwhile', async () => {
    const wire = await openWire(address);
    closers.push(() => wire.end());
    const prefix = `${randomUUID()}:`;
    const cache = await open(wire.url, prefix);
    const beside = await open(address, prefix);
    await Promise.all([cache.ready(), beside.ready()]);
    for (const key of ['replaced', 'deleted']) await cache.set(key, 'old', 60_000);

    await wire.cut();
    await cache.set('replaced', 'new', 60_000);
    await cache.delete('deleted');
    await wire.mend();
    await cache.ready();

    expect([await cache.get('replaced'), await cache.get('deleted')]).toEqual([undefined, undefined]);
    const deadline = Date.now() + 5_000;
    while ((await beside.get('replaced')) !== undefined && Date.now() < deadline) await cache.get('replaced');
    expect([await beside.get('replaced'), await beside.get('deleted')]).toEqual([undefined, undefined]);
  });

  it('is there, and empty, where no Redis ever was', async () => {
    const cache = await open('redis://127.0.0.1:1', '');
    await cache.set('key', 'value', 60_000);
    expect(await cache.get('key')).toBeUndefined();
    await expect(cache.set('key', 'x', 0)).rejects.toThrow('milliseconds above zero');
  });
}
