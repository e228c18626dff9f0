import { rows, type TimeLimits } from '@tessera/platform-database';
import type { DataSource } from 'typeorm';
import { ServiceNotStartable } from './errors.js';

const ALONE_MS = 20_000;
const STATEMENT_MS = 60_000;

/**
 * A consumer that stops inside its transaction may first wait for a lock and then idle. A third of the session time-out for each
 * leaves one for its last heartbeat, so that its rows are free before the log gives its partitions to another.
 */
export function timeLimits(given: Partial<TimeLimits>, sessionTimeoutMs: number | null): TimeLimits {
  const each = sessionTimeoutMs === null ? ALONE_MS : Math.floor(sessionTimeoutMs / 3);
  return { idleInTransactionMs: each, lockMs: each, statementMs: STATEMENT_MS, ...given };
}

/** Asks the database what holds: a URL with options of its own and a pooler that drops ours go over what was given. */
export async function assertTimeLimits(dataSource: DataSource, sessionTimeoutMs: number | null): Promise<void> {
  if (sessionTimeoutMs === null) return;
  const found = await rows<{ name: string; ms: number }>(
    dataSource.manager,
    `SELECT name, setting::int8 AS ms FROM pg_settings WHERE name IN ('idle_in_transaction_session_timeout', 'lock_timeout')`,
  );
  const of = (name: string): number => found.find((setting) => setting.name === name)?.ms ?? 0;
  const [idle, lock] = [of('idle_in_transaction_session_timeout'), of('lock_timeout')];
  if (idle > 0 && lock > 0 && idle + lock < sessionTimeoutMs) return;
  throw new ServiceNotStartable(
    `a consumer that is stopped would keep its rows after another process has got its partitions: the database's ` +
      `idle_in_transaction_session_timeout (${idle} ms) and lock_timeout (${lock} ms) must be set, and together be below ` +
      `KAFKA_SESSION_MS (${sessionTimeoutMs}). Change DATABASE_IDLE_MS, DATABASE_LOCK_MS or KAFKA_SESSION_MS, and whatever in ` +
      `DATABASE_URL or a pooler goes over them`,
  );
}
