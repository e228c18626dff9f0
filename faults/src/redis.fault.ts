import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RedisServer } from './fleet/redis-server.js';
import type { OwnServers } from './fleet/servers.js';
import { onFleet } from './on-fleet.js';
import { hasNone, hasWork } from './outages/has-work.js';
import { dealer } from './posting/deal.js';
import { seeded } from './posting/seeded.js';
import { Asking } from './redis/asking.js';
import { injected, type Stage } from './stage.js';

/** Below and above the time that a service gives Redis for an answer. */
const SLOW_BY_MS = [100, 700];

/** A trouble of the cache: makes it, and answers how it ends. */
type Trouble = Readonly<{ name: string; begin(redis: RedisServer): Promise<() => Promise<void>> }>;

const slow = (ms: number): Trouble => ({
  name: `slow by ${ms} ms`,
  async begin({ proxy }) {
    proxy.delayMs = ms;
    return async () => void (proxy.delayMs = 0);
  },
});

const TROUBLES: readonly Trouble[] = [
  {
    name: 'killed',
    async begin(redis) {
      await redis.kill();
      return () => redis.restart();
    },
  },
  {
    name: 'emptied',
    async begin(redis) {
      await redis.empty();
      return async () => undefined;
    },
  },
  ...SLOW_BY_MS.map(slow),
];

/** The cache saves time and decides nothing: whatever becomes of it, answers are right, and no older than the asker accepts. */
export const redis = onFleet({
  name: 'redis',
  summary: 'the Redis of the shared answers killed, emptied and slow, while they are asked for all the time',
  injections: 20,
  slices: 4,
  fleet: { replicas: { ledger: 2 } },
  own: withRedis,
  on(stage) {
    const asking = new Asking(stage.fleet);
    return {
      async beside() {
        asking.begin();
        try {
          await troubleAfterTrouble(stage, asking);
        } finally {
          await asking.end();
        }
      },
      async check() {
        const { answers, fromCache, msMax } = asking;
        stage.remarks.push(
          `${answers} answers that could be shared, ${fromCache} of them were; the longest took ${Math.round(msMax)} ms.`,
        );
        return asking.judge();
      },
    };
  },
});

async function troubleAfterTrouble(stage: Stage, asking: Asking): Promise<void> {
  const { pace, options, servers } = stage;
  if (!servers.redis) throw new Error('There is no Redis.');
  const next = dealer(TROUBLES, seeded(options.seed));
  for (let number = 0; number < options.injections; number += 1) {
    const { name, begin } = next();
    const isAtWork = await pace.feeding(hasWork(stage));
    const end = await begin(servers.redis);
    await hasNone(stage);
    await asking.compare(`Redis ${name}`);
    await end();
    await asking.compare(`Redis no longer ${name}`);
    injected(stage, `Redis ${name}.`, isAtWork);
  }
}

async function withRedis(): Promise<OwnServers> {
  const folder = mkdtempSync(join(tmpdir(), 'tessera-redis-'));
  const removed = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    const server = await RedisServer.start(folder);
    return {
      redis: server,
      environment: { REDIS_URL: server.proxiedUrl },
      remove: () => server.stop().finally(removed),
    };
  } catch (error) {
    removed();
    throw error;
  }
}
