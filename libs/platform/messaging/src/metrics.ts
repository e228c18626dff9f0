/** What became of an event: handled, or passed over as a repeat or an older state, or made a dead letter. */
export type EventOutcome = 'handled' | 'duplicate' | 'outdated' | 'unknown' | 'dead-letter';

export const EVENT_OUTCOMES: readonly EventOutcome[] = ['handled', 'duplicate', 'outdated', 'unknown', 'dead-letter'];

/** What messaging tells whoever measures. Levels (lag, outbox, parked) are read from `Progress` instead. */
export interface MessagingMetrics {
  handled(topic: string, outcome: EventOutcome, count: number): void;
  /** Facts that were taken whose number another key has too. */
  sharedNumbers(topic: string, count: number): void;
  handlerSeconds(topic: string, seconds: number): void;
  retried(topic: string): void;
  relayed(count: number): void;
}

export const unmeasured: MessagingMetrics = {
  handled: () => undefined,
  sharedNumbers: () => undefined,
  handlerSeconds: () => undefined,
  retried: () => undefined,
  relayed: () => undefined,
};
