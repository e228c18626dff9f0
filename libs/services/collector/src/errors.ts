/** 503: the log did not take the events, or did not say so. Send the same ones again: repeats are known by their own numbers. */
export class LogAway extends Error {
  override readonly name = 'LogAway';
  readonly code = 'log-unavailable';
  readonly kind = 'unavailable';
  readonly retryAfterSeconds = 5;

  constructor(cause: unknown) {
    super('The log cannot take events now. Send the same ones again: what was taken already is recognised.', { cause });
  }
}
