import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Controller, Get, Module } from '@nestjs/common';
import { type Cache, InMemoryCache, RedisCache } from '@tessera/platform-cache';
import { rows } from '@tessera/platform-database';
import { openWire, type Wire } from '@tessera/platform-testing';
import { Redis } from 'ioredis';
import { DataSource } from 'typeorm';
import type { RunningService } from '../definition.js';
import { MadeUpService } from '../made-up-service.features.js';
import { SharedAnswer } from './shared-answers.js';

@Controller('count')
class CountController {
  constructor(private readonly dataSource: DataSource) {}

  @Get()
  @SharedAnswer()
  async count(): Promise<{ count: number }> {
    const [found] = await rows<{ count: number }>(this.dataSource.manager, 'SELECT count(*) FROM seen');
    return { count: found?.count ?? -1 };
  }
}

@Module({ controllers: [CountController] })
class CountModule {}

type Shown = Readonly<{ count: number; age: string | null; ms: number }>;

/** Two replicas of a service on one database, and what they answer. */
class Replicas {
  private constructor(
    readonly madeUp: MadeUpService,
    private readonly replicas: readonly RunningService[],
    private readonly database: DataSource,
  ) {}

  static async start(caches: readonly Cache[]): Promise<Replicas> {
    const madeUp = await MadeUpService.start();
    const database = await new DataSource({ type: 'postgres', url: madeUp.database.url }).initialize();
    const replicas = await Promise.all(
      caches.map((cache) => madeUp.another({ cache }, { consumes: [], module: CountModule })),
    );
    return new Replicas(madeUp, replicas, database);
  }

  /** A fact more: from now on a fresh answer is higher by one. */
  async add(): Promise<number> {
    await this.database.query('INSERT INTO seen VALUES ($1)', [randomUUID()]);
    const [found] = await this.database.query<{ count: string }[]>('SELECT count(*) FROM seen');
    return Number(found?.count);
  }

  async raiseEpoch(): Promise<void> {
    await this.database.query('UPDATE service_state SET epoch = epoch + 1');
  }

  async ask(replica: number, cacheControl?: string, query = ''): Promise<Shown> {
    const headers = { authorization: 'Bearer reader', ...(cacheControl && { 'cache-control': cacheControl }) };
    const begin = performance.now();
    const response = await fetch(`${this.replicas[replica]?.url}/segmentation/v1/count${query}`, { headers });
    const { count } = (await response.json()) as { count: number };
    return { count, age: response.headers.get('age'), ms: performance.now() - begin };
  }

  async isReady(): Promise<boolean> {
    return (await Promise.all(this.replicas.map((one) => one.isReady()))).every(Boolean);
  }

  async close(): Promise<void> {
    await Promise.all(this.replicas.map((one) => one.close()));
    await this.database.destroy();
    await this.madeUp.close();
  }
}

/** What holds with every cache. */
function sharedFeatures(start: () => Promise<Replicas>): void {
  let replicas: Replicas;
  beforeAll(async () => {
    replicas = await start();
  });
  afterAll(() => replicas.close());

  it('are of now for who does not say that an older one will do', async () => {
    for (const header of [undefined, 'no-cache', 'max-age=0']) {
      await replicas.ask(0, 'max-age=60');
      const count = await replicas.add();
      expect(await replicas.ask(0, header)).toMatchObject({ count, age: null });
      expect(await replicas.ask(1, header)).toMatchObject({ count, age: null });
    }
  });

  it('are shared by the replicas, and say how old they are', async () => {
    const count = await replicas.add();
    expect(await replicas.ask(0, 'max-age=60', '?a')).toMatchObject({ count, age: '0' });
    await sleep(50);
    await replicas.add();

    expect(await replicas.ask(1, 'max-age=60', '?a')).toMatchObject({ count, age: '1' });
  });

  it('are never older than was accepted', async () => {
    await replicas.ask(0, 'max-age=60', '?b');
    await sleep(1_050);
    const count = await replicas.add();

    expect(await replicas.ask(1, 'max-age=1', '?b')).toMatchObject({ count, age: '0' });
  });

  it('of another address, or of before the database was restored, are others', async () => {
    await replicas.ask(0, 'max-age=60', '?c');
    const count = await replicas.add();
    expect((await replicas.ask(0, 'max-age=60', '?d')).count).toBe(count);

    await replicas.raiseEpoch();
    expect((await replicas.ask(0, 'max-age=60', '?c')).count).toBe(count);
  });
}

describe('shared answers, by a cache in memory', () => {
  sharedFeatures(() => {
    const cache = new InMemoryCache();
    return Replicas.start([cache, cache]);
  });
});

describe('shared answers, by a cache that holds what it was never given', () => {
  const strange = [
    '',
    'null',
    '{"at":"now","body":1}',
    '{"at":1}',
    '{"body":{"count":-5}}',
    '{"at":9e15,"body":{"count":-5}}',
  ];
  it.each(strange)('are made anew (%s)', async (text) => {
    const cache: Cache = {
      get: async () => text,
      set: async () => undefined,
      delete: async () => undefined,
      close: async () => undefined,
    };
    const replicas = await Replicas.start([cache]);
    try {
      expect((await replicas.ask(0, 'max-age=60')).count).toBe(0);
    } finally {
      await replicas.close();
    }
  });
});

const url = process.env['TESSERA_TEST_REDIS'];

if (!url) {
  const suite = process.env['CI'] === 'true' ? describe : describe.skip;
  suite('shared answers, by Redis', () => {
    it('need a server: TESSERA_TEST_REDIS names one, TESSERA_TEST_WITH=redis starts one', () => {
      expect(url).toBeDefined();
    });
  });
} else {
  describe('shared answers, by Redis', () => {
    const closers: (() => Promise<void>)[] = [];
    const open = async (address: string, prefix: string, timeoutMs?: number): Promise<RedisCache> => {
      const cache = new RedisCache({ url: address, prefix, ...(timeoutMs && { timeoutMs }) });
      closers.push(() => cache.close());
      await cache.ready();
      return cache;
    };
    afterAll(async () => {
      for (const close of closers) await close();
    });

    sharedFeatures(async () => {
      const prefix = `${randomUUID()}:`;
      return Replicas.start([await open(url, prefix, 2_000), await open(url, prefix, 2_000)]);
    });

    describe('that', () => troubledFeatures(url, open));
  });
}

/** An answer takes so long at most, whatever Redis does; a busy machine needs most of it. */
const PATIENCE_MS = 5_000;

function troubledFeatures(address: string, open: (url: string, prefix: string) => Promise<RedisCache>): void {
  const prefix = `${randomUUID()}:`;
  let wire: Wire;
  let replicas: Replicas;
  beforeAll(async () => {
    wire = await openWire(address);
    // The third reaches Redis by another way.
    const caches = [await open(wire.url, prefix), await open(wire.url, prefix), await open(address, prefix)];
    replicas = await Replicas.start(caches);
  });
  afterAll(async () => {
    await replicas.close();
    await wire.end();
  });

  const expectFresh = async (query: string): Promise<void> => {
    const count = await replicas.add();
    for (const replica of [0, 1]) {
      const shown = await replicas.ask(replica, 'max-age=60', query);
      expect(shown).toMatchObject({ count, age: '0' });
      expect(shown.ms).toBeLessThan(PATIENCE_MS);
    }
    expect(await replicas.isReady()).toBe(true);
  };

  it('is gone leaves answers right, at once, and the service ready; and serves again when it is back', async () => {
    await wire.cut();
    await expectFresh('?gone');
    await expectFresh('?gone');

    await wire.mend();
    const end = Date.now() + 20_000;
    while ((await replicas.ask(1, 'max-age=60', '?back')).age === '0' && Date.now() < end) await sleep(50);
    expect((await replicas.ask(0, 'max-age=60', '?back')).age).not.toBe('0');
  });

  it('has forgotten everything leaves answers right', async () => {
    await replicas.ask(0, 'max-age=60', '?empty');
    const redis = new Redis(address);
    const keys = await redis.keys(`${prefix}*?empty`);
    expect(keys).toHaveLength(1);
    await redis.del(keys);
    redis.disconnect();

    const count = await replicas.add();
    expect(await replicas.ask(0, 'max-age=60', '?empty')).toMatchObject({ count, age: '0' });
  });

  it('does not answer leaves answers right, and what it took late is not taken for new', async () => {
    wire.hold();
    await expectFresh('?held');
    await expectFresh('?held');
    const before = await replicas.ask(0, 'max-age=60', '?late');
    await sleep(1_100);
    const count = await replicas.add();
    wire.release();

    const end = Date.now() + 20_000;
    while ((await replicas.ask(2, 'max-age=60', '?late')).count !== before.count && Date.now() < end) await sleep(20);
    expect((await replicas.ask(2, 'max-age=1', '?late')).count).toBe(count);
  });
}
