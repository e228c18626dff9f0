import { type Cache, InvalidTimeToLive } from './cache.js';

type Entry = Readonly<{ value: string; expiresAt: number }>;

export type InMemoryCacheOptions = Readonly<{ entriesMax?: number; clock?: () => number }>;

/** For one process. Holds at most `entriesMax` entries and drops the least recently used beyond that. */
export class InMemoryCache implements Cache {
  /** In order of use: a Map keeps the order of insertion, and an entry that is used is inserted again. */
  private readonly entries = new Map<string, Entry>();
  private readonly entriesMax: number;
  private readonly clock: () => number;

  constructor({ entriesMax = 10_000, clock = () => performance.now() }: InMemoryCacheOptions = {}) {
    this.entriesMax = entriesMax;
    this.clock = clock;
  }

  async get(key: string): Promise<string | undefined> {
    const entry = this.entries.get(key);
    if (!entry) return undefined;
    this.entries.delete(key);
    if (entry.expiresAt <= this.clock()) return undefined;
    this.entries.set(key, entry);
    return entry.value;
  }

  async set(key: string, value: string, ttlMs: number): Promise<void> {
    if (!Number.isInteger(ttlMs) || ttlMs <= 0) throw new InvalidTimeToLive(ttlMs);
    this.entries.delete(key);
    this.entries.set(key, { value, expiresAt: this.clock() + ttlMs });
    if (this.entries.size > this.entriesMax) {
      const [oldest] = this.entries.keys();
      if (oldest !== undefined) this.entries.delete(oldest);
    }
  }

  async delete(key: string): Promise<void> {
    this.entries.delete(key);
  }

  async close(): Promise<void> {
    this.entries.clear();
  }
}
