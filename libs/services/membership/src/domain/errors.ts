/** No member has this number. Purchases may: they wait until it is registered. */
export class MemberUnknown extends Error {
  override readonly name = 'MemberUnknown';
  readonly code = 'member-unknown';
  readonly kind = 'not-found';

  constructor(memberId: string) {
    super(`${memberId} is not a member. Register it first; what was bought under this number is kept and will count.`);
  }
}

/** The member was erased, for good: nothing personal is taken of this number any more. A person who comes back gets a new one. */
export class MemberErased extends Error {
  override readonly name = 'MemberErased';
  readonly code = 'member-erased';
  readonly kind = 'conflict';

  constructor(memberId: string) {
    super(`${memberId} was erased for good. Someone who comes back is registered under a new number.`);
  }
}

/** No version of the program was published yet. */
export class ProgramUnknown extends Error {
  override readonly name = 'ProgramUnknown';
  readonly code = 'program-unknown';
  readonly kind = 'not-found';

  constructor() {
    super('No program was published yet. Publish version 1: until then no member is in a tier.');
  }
}

/** What was sent is no version of a program: each reason names its field. */
export class ProgramInvalid extends Error {
  override readonly name = 'ProgramInvalid';
  readonly code = 'program-invalid';
  readonly kind = 'invalid';

  constructor(reasons: readonly string[]) {
    super(reasons.join('; '));
  }
}

/** A version must be one more than the last, and stays as it was published. */
export class ProgramVersionTaken extends Error {
  override readonly name = 'ProgramVersionTaken';
  readonly code = 'program-version-taken';
  readonly kind = 'conflict';

  constructor(version: number, next: number) {
    super(
      `Version ${version} cannot be published: the next one is ${next}. Read the versions there are, and decide anew.`,
    );
  }
}

/** Spend and points of all members are in the currency of version 1. Another currency is another deployment. */
export class ProgramCurrencyFixed extends Error {
  override readonly name = 'ProgramCurrencyFixed';
  readonly code = 'program-currency-fixed';
  readonly kind = 'conflict';

  constructor(fixed: string, wanted: string) {
    super(`The program is in ${fixed} for good; a version in ${wanted} cannot follow.`);
  }
}

/** Versions come into force in the order of their numbers. */
export class ProgramOutOfOrder extends Error {
  override readonly name = 'ProgramOutOfOrder';
  readonly code = 'program-out-of-order';
  readonly kind = 'invalid';

  constructor(earliest: string) {
    super(`inForceFrom must be ${earliest} or later, when the version before comes into force.`);
  }
}
