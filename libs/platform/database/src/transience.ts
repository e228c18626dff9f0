/** SQLSTATE classes that say "not now", never "not this": connection, rollback, resources, object in use, operator, system. */
const TRANSIENT_CLASSES = new Set(['08', '40', '53', '55', '57', '58']);
const TRANSIENT_CODES = new Set(['25P03', '25P04']);
const STATEMENT_TIMEOUT = '57014';

const NETWORK_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
]);

/** Messages of pg and pg-pool that carry no code: the pool timed out, or its connection went away. */
const LOST_CONNECTION =
  /timeout exceeded when trying to connect|Connection terminated|Client has encountered a connection error|connection is closed|Client was closed|not queryable|Query ?runner.*released|Driver not Connected/i;

const causes = function* (error: unknown): Generator<{ code?: unknown; message?: unknown }> {
  for (let current = error, depth = 0; current instanceof Error && depth < 5; depth += 1) {
    yield current;
    current = (current as { driverError?: unknown }).driverError ?? current.cause;
  }
};

/** The SQLSTATE of a database error, however it is wrapped. */
export function sqlState(error: unknown): string | undefined {
  for (const { code } of causes(error)) if (typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code)) return code;
  return undefined;
}

/** A statement that ran into its own time limit: of one event it is that event's failure, of many it may be the batch's size. */
export const isStatementTimeout = (error: unknown): boolean => sqlState(error) === STATEMENT_TIMEOUT;

/** True when trying again later may succeed without anything being mended: nothing is wrong with what was asked. */
export function isTransient(error: unknown): boolean {
  const state = sqlState(error);
  if (state) return TRANSIENT_CODES.has(state) || TRANSIENT_CLASSES.has(state.slice(0, 2));
  for (const { code, message } of causes(error)) {
    if (typeof code === 'string' && NETWORK_CODES.has(code)) return true;
    if (typeof message === 'string' && LOST_CONNECTION.test(message)) return true;
  }
  return false;
}
