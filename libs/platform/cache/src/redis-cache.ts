import { Redis } from 'ioredis';
import { type Cache, InvalidTimeToLive } from './cache.js';

export type RedisCacheOptions = Readonly<{
  /** redis:// or rediss:// */
  url: string;
  /** Put before every key: deployments and services share a server. */
  prefix?: string;
  /** How long an answer may take before it counts as none. */
  timeoutMs?: number;
  /** Told of each call that Redis did not answer. */
  onFailure?: (error: unknown) => void;
}>;

const TIMEOUT_MS = 250;
const RECONNECT_MS_MAX = 2_000;
const DOUBTFUL_MAX = 10_000;
const CLOSE_MS_MAX = 1_000;

/**
 * For the replicas of a service together. While Redis is away nothing is found and nothing is kept, without an error and without a
 * long wait. What was to be replaced or deleted meanwhile would be wrong when Redis is back: such keys are deleted then, and
 * not believed before.
 */
export class RedisCache implements Cache {
  readonly #redis: Redis;
  readonly #prefix: string;
  readonly #onFailure: (error: unknown) => void;
  readonly #doubtful = new Set<string>();
  /** Too many to be remembered one by one: nothing is believed until all keys of the prefix are gone. */
  #isAllDoubtful = false;
  #failures = 0;

  constructor({ url, prefix = '', timeoutMs = TIMEOUT_MS, onFailure = () => undefined }: RedisCacheOptions) {
    this.#prefix = prefix;
    this.#onFailure = onFailure;
    this.#redis = new Redis(url, {
      commandTimeout: timeoutMs,
      connectTimeout: timeoutMs * 4,
      maxRetriesPerRequest: 0,
      enableOfflineQueue: false,
      retryStrategy: (attempt) => Math.min(RECONNECT_MS_MAX, 50 * attempt),
    });
    // Each failing call is counted where it is made; an unheard event would end the process.
    this.#redis.on('error', () => undefined);
    this.#redis.on('ready', () => void this.#clearDoubts());
  }

  /** Resolves when Redis answers; for who wants to begin with a cache that is there. */
  async ready(): Promise<void> {
    if (this.#redis.status === 'ready') return;
    await new Promise<void>((resolve) => this.#redis.once('ready', () => resolve()));
  }

  /** Calls that Redis did not answer, since the start. */
  get failures(): number {
    return this.#failures;
  }

  async get(key: string): Promise<string | undefined> {
    if (this.#isAllDoubtful || this.#doubtful.has(key)) return undefined;
    const value = await this.#attempt(() => this.#redis.get(this.#prefix + key));
    return value ?? undefined;
  }

  async set(key: string, value: string, ttlMs: number): Promise<void> {
    if (!Number.isInteger(ttlMs) || ttlMs <= 0) throw new InvalidTimeToLive(ttlMs);
    await this.#change(key, () => this.#redis.set(this.#prefix + key, value, 'PX', ttlMs));
  }

  async delete(key: string): Promise<void> {
    await this.#change(key, () => this.#redis.del(this.#prefix + key));
  }

  async close(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, CLOSE_MS_MAX)));
    await Promise.race([this.#redis.quit().catch(() => undefined), late]);
    clearTimeout(timer);
    this.#redis.disconnect();
  }

  async #change(key: string, change: () => Promise<unknown>): Promise<void> {
    const isDone = (await this.#attempt(change)) !== undefined;
    if (isDone) this.#doubtful.delete(key);
    else this.#doubt(key);
  }

  #doubt(key: string): void {
    if (this.#doubtful.size < DOUBTFUL_MAX) this.#doubtful.add(key);
    else this.#isAllDoubtful = true;
  }

  async #clearDoubts(): Promise<void> {
    const keys = [...this.#doubtful];
    const isCleared = await this.#attempt(async () => {
      if (this.#isAllDoubtful) await this.#deleteAll();
      else if (keys.length > 0) await this.#redis.del(keys.map((key) => this.#prefix + key));
      return true;
    });
    if (isCleared === undefined) return;
    this.#isAllDoubtful = false;
    for (const key of keys) this.#doubtful.delete(key);
  }

  async #deleteAll(): Promise<void> {
    const match = `${this.#prefix.replace(/[\\*?[\]]/g, '\\$&')}*`;
    for await (const found of this.#redis.scanStream({ match, count: 1_000 })) {
      const keys = found as string[];
      if (keys.length > 0) await this.#redis.del(keys);
    }
  }

  async #attempt<Answer>(ask: () => Promise<Answer>): Promise<Answer | undefined> {
    try {
      return await ask();
    } catch (error) {
      this.#failures += 1;
      this.#onFailure(error);
      return undefined;
    }
  }
}
