/**
 * Values that may be forgotten at any moment, shared by the replicas of a service where the adapter is a remote one. Nothing
 * may be wrong without it: it saves time, never decides. Values are text, so that every adapter keeps the same thing.
 */
export interface Cache {
  /** undefined when it was never set, has run out, or was dropped for want of room. */
  get(key: string): Promise<string | undefined>;
  /** `ttlMs` is a positive whole number; a repeated `set` starts it anew. */
  set(key: string, value: string, ttlMs: number): Promise<void>;
  delete(key: string): Promise<void>;
  close(): Promise<void>;
}

export const CACHE = Symbol('Cache');

/** A programming error: a life of zero or less would mean different things to different adapters. */
export class InvalidTimeToLive extends RangeError {
  override readonly name = 'InvalidTimeToLive';

  constructor(ttlMs: number) {
    super(`a cached value needs a whole number of milliseconds above zero to live, not ${ttlMs}`);
  }
}
