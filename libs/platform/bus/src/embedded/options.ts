import type { Report } from '../every.js';

export type EmbeddedLogOptions = Readonly<{
  /** A database whose `topic_log` schema belongs to the log. */
  databaseUrl: string;
  connectionsMax?: number;
  /** How often to look for what another connection appended; appends through this log are seen at once. */
  pollMs?: number;
  maintainMs?: number;
  /** How long a compacted topic still shows that a key was removed. */
  tombstoneGraceMs?: number;
  /** Pauses before a batch whose handler threw is handed again, doubling from first to max. */
  backOffMs?: Readonly<{ first: number; max: number }>;
  report?: Report;
}>;

export const defaults = {
  connectionsMax: 8,
  pollMs: 5_000,
  maintainMs: 600_000,
  tombstoneGraceMs: 24 * 60 * 60 * 1_000,
  backOffMs: { first: 250, max: 5_000 },
  report: ({ doing, error }) => process.emitWarning(`Log: ${doing}: ${String(error)}`),
} satisfies Omit<EmbeddedLogOptions, 'databaseUrl'>;

export type Settings = Required<EmbeddedLogOptions>;
