import type { Issue } from './problem.js';

/** 400: the request has not the shape that the route asks for; every issue is listed. */
export class RequestInvalid extends Error {
  override readonly name = 'RequestInvalid';
  readonly code: string = 'request-invalid';

  constructor(
    readonly issues: readonly Issue[],
    message = 'The request does not have the shape this route asks for.',
  ) {
    super(message);
  }
}

/** 400: a write that moves value came without an `Idempotency-Key` of 1 to 255 printable characters. */
export class IdempotencyKeyMissing extends Error {
  override readonly name = 'IdempotencyKeyMissing';
  readonly code = 'idempotency-key-missing';

  constructor() {
    super(
      'Send an Idempotency-Key header of 1 to 255 printable ASCII characters, a new one for each thing to be done.',
    );
  }
}

/** 409: this key was used for something else. Use a new key for a new request, and the same body for a repeat. */
export class IdempotencyKeyReused extends Error {
  override readonly name = 'IdempotencyKeyReused';
  readonly code = 'idempotency-key-reused';
  readonly kind = 'conflict';

  constructor() {
    super(
      'This Idempotency-Key was used with another body before. Repeat a request with its own body, or use a new key.',
    );
  }
}
