/** 503: the service is shutting down. Ask another replica, or again in a moment. */
export class ServiceClosing extends Error {
  override readonly name = 'ServiceClosing';
  readonly code = 'service-closing';
  readonly kind = 'unavailable';

  constructor() {
    super('This service is shutting down.');
  }
}

/** 429: this token has sent more requests than its share. Wait as long as `Retry-After` says. */
export class RateLimitExceeded extends Error {
  override readonly name = 'RateLimitExceeded';
  readonly statusCode = 429;

  constructor(max: number, after: string) {
    super(`This token may send ${max} requests in that time; go on in ${after}.`);
  }
}

/** At start: a definition contradicts itself or what it was started with. A defect, or a missing setting. */
export class ServiceNotStartable extends Error {
  override readonly name = 'ServiceNotStartable';
  readonly code = 'service-not-startable';
}
