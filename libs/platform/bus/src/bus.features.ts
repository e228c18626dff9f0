import type { Log } from './log.js';
import { appendFeatures } from './features/append.features.js';
import { compactionFeatures } from './features/compaction.features.js';
import { deliveryFeatures } from './features/delivery.features.js';
import type { BusFeatureOptions, BusHarness } from './features/harness.features.js';
import { offsetFeatures } from './features/offsets.features.js';
import { outcomeFeatures } from './features/outcome.features.js';

export type { BusFeatureOptions, BusHarness } from './features/harness.features.js';

/**
 * The promises of the log port as tests; every adapter must pass them unchanged. Nothing here is proved by waiting a
 * while: conditions are awaited, up to a deadline.
 */
export function busFeatures(name: string, { open, compact }: BusFeatureOptions): void {
  describe(`${name} as a log`, () => {
    let harness: BusHarness;
    let current: Log;
    const suite = {
      log: () => current,
      reopen: async () => {
        current = await harness.reopen();
        return current;
      },
    };

    beforeAll(async () => {
      harness = await open();
      current = harness.log;
    });
    afterAll(async () => harness?.dispose());

    describe('appending', () => appendFeatures(suite));
    describe('delivering', () => deliveryFeatures(suite));
    describe('outcomes of a batch', () => outcomeFeatures(suite));
    describe('topics and offsets', () => offsetFeatures(suite));
    if (compact) describe('compacting by key', () => compactionFeatures(suite, compact));
  });
}
