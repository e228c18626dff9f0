import { setTimeout as sleep } from 'node:timers/promises';
import type { ShopPurchase } from '../shop.js';
import type { TesseraClient } from './tessera-client.js';

export type LatencyMs = Readonly<{ p50: number | null; p99: number | null }>;

type Sample = Readonly<{ memberId: string; purchaseId: string; since: number }>;
type Statement = Readonly<{ items: readonly Readonly<{ purchaseId?: string | null }>[] }>;

const EVERY_MS = 50;
const AT_ONCE_MAX = 8;
const A_BATCH = 4;
const FOREVER_MS = 10 * 60_000;

/**
 * From the collector's 202 until the purchase's points stand on its member's statement, which is the end of its chain
 * (purchase, tier, points), found by asking again and again: so to about 50 ms and under the demo's own load, queue
 * included. At most eight purchases are waited for at a time; while they are, others are not sampled.
 */
export class LatencyProbe {
  private readonly waiting = new Set<Sample>();
  private readonly measuredMs: number[] = [];
  private stopped = false;
  private readonly loop: Promise<void>;

  constructor(private readonly client: TesseraClient) {
    this.loop = this.run();
  }

  /** Some purchases that are sure to earn a point, spread over a batch that the collector has just accepted. */
  sample(purchases: readonly ShopPurchase[], since: number): void {
    const earning = purchases.filter(({ totalMinor }) => totalMinor >= 1_000);
    for (let taken = 1; taken <= A_BATCH && this.waiting.size < AT_ONCE_MAX; taken += 1) {
      const purchase = earning[Math.ceil((earning.length * taken) / A_BATCH) - 1];
      if (purchase) this.waiting.add({ memberId: purchase.memberId, purchaseId: purchase.purchaseId, since });
    }
  }

  /** To be called when the system is idle: what has not been seen by then is dropped, not guessed. */
  async finish(): Promise<LatencyMs> {
    this.stopped = true;
    await this.loop;
    return { p50: percentile(this.measuredMs, 0.5), p99: percentile(this.measuredMs, 0.99) };
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      for (const sample of this.waiting) await this.look(sample);
      await sleep(EVERY_MS);
    }
  }

  private async look(sample: Sample): Promise<void> {
    try {
      const path = `/ledger/v1/members/${encodeURIComponent(sample.memberId)}/statement?limit=500`;
      const { items } = await this.client.get<Statement>(path);
      const now = performance.now();
      if (items.some(({ purchaseId }) => purchaseId === sample.purchaseId)) {
        this.measuredMs.push(now - sample.since);
        this.waiting.delete(sample);
      } else if (now - sample.since > FOREVER_MS) this.waiting.delete(sample);
    } catch {
      // The system is away or does not know the member yet; the sample stays, and the outage is part of what it waits.
    }
  }
}

/** By nearest rank, in whole milliseconds; null without a measurement. */
export function percentile(values: readonly number[], share: number): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const value = sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
  return value === undefined ? null : Math.round(value);
}
