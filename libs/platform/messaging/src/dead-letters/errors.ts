/** No dead letter has this id in this service. */
export class DeadLetterNotFound extends Error {
  override readonly name = 'DeadLetterNotFound';
  readonly code = 'dead-letter-not-found';
  readonly kind = 'not-found';

  constructor(id: string) {
    super(`There is no dead letter ${id} in this service.`);
  }
}

/** Someone has replayed or discarded it already. */
export class DeadLetterClosed extends Error {
  override readonly name = 'DeadLetterClosed';
  readonly code = 'dead-letter-closed';
  readonly kind = 'conflict';

  constructor(id: string, status: string) {
    super(`Dead letter ${id} was ${status} before.`);
  }
}

/** The event still cannot be taken: mend what `detail` names, then replay it again. It stays open. */
export class DeadLetterNotReplayed extends Error {
  override readonly name = 'DeadLetterNotReplayed';
  readonly code = 'dead-letter-not-replayed';
  readonly kind = 'invalid';

  constructor(
    readonly id: string,
    readonly reason: string,
    readonly detail: string,
  ) {
    super(`Dead letter ${id} still cannot be taken: ${reason}: ${detail}`);
  }
}
