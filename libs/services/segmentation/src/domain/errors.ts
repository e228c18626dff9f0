/** No segment has this id, or it was removed. Create it with PUT, or list those there are. */
export class UnknownSegment extends Error {
  override readonly name = 'UnknownSegment';
  readonly code = 'unknown-segment';
  readonly kind = 'not-found';

  constructor(segment: string) {
    super(`there is no segment ${segment}`);
  }
}

/** Nobody is registered under this id (yet). Purchases may already be waiting for the registration. */
export class UnknownMember extends Error {
  override readonly name = 'UnknownMember';
  readonly code = 'member-unknown';
  readonly kind = 'not-found';

  constructor(memberId: string) {
    super(`no member ${memberId} is registered`);
  }
}

/** The member was erased, and is in no segment for good. Whoever comes back is registered under a new number. */
export class MemberErased extends Error {
  override readonly name = 'MemberErased';
  readonly code = 'member-erased';
  readonly kind = 'gone';

  constructor(memberId: string) {
    super(`member ${memberId} was erased`);
  }
}

/** The limit on definitions is reached. Remove one that is no longer used. */
export class SegmentLimitReached extends Error {
  override readonly name = 'SegmentLimitReached';
  readonly code = 'segment-limit-reached';
  readonly kind = 'conflict';

  constructor(limit: number) {
    super(`there are ${limit} segments already, as many as are allowed`);
  }
}
