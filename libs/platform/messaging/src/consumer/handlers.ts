import type { EventContract } from '@tessera/contracts';
import type { Batch } from '../batch.js';

export type BatchHandler = (batch: Batch<unknown>) => Promise<void>;

/** The handlers of one service, one a topic. Filled once at start; handlers keep no state between calls. */
export class Handlers {
  private readonly byTopic = new Map<string, { contract: EventContract<unknown>; handler: BatchHandler }>();

  register(contract: EventContract<unknown>, handler: BatchHandler): void {
    if (this.byTopic.has(contract.topic)) {
      throw new Error(`${contract.topic} has two handlers in this service: their order and retries would be undefined`);
    }
    this.byTopic.set(contract.topic, { contract, handler });
  }

  get topics(): readonly string[] {
    return [...this.byTopic.keys()];
  }

  of(topic: string): { contract: EventContract<unknown>; handler: BatchHandler } {
    const found = this.byTopic.get(topic);
    if (!found) throw new Error(`${topic} has no handler in this service`);
    return found;
  }
}
