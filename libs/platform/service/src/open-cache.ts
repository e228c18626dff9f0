import { type Cache, InMemoryCache, RedisCache } from '@tessera/platform-cache';
import type { Logger } from './logger.js';

const SAY_AGAIN_MS = 60_000;

export type CacheVariables = Readonly<{ REDIS_URL?: string | undefined; TESSERA_NAMESPACE?: string | undefined }>;

/** The cache of a service: shared with its replicas if there is a Redis, else of this process alone. Nothing waits for Redis to be there. */
export function openCache(
  { REDIS_URL, TESSERA_NAMESPACE = '' }: CacheVariables,
  service: string,
  logger: Logger,
): Cache {
  if (REDIS_URL === undefined) return new InMemoryCache();
  let saidAt = -Infinity;
  return new RedisCache({
    url: REDIS_URL,
    prefix: `tessera:${TESSERA_NAMESPACE}:${service}:`,
    onFailure: (error) => {
      if (performance.now() - saidAt < SAY_AGAIN_MS) return;
      saidAt = performance.now();
      logger.warn({ err: error }, 'Redis does not answer: answers are right without it, and take longer');
    },
  });
}
