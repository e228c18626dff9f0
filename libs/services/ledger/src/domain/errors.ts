/** The books would stop adding up: a defect of ours, never of the caller. The transaction must not commit. */
export class LedgerInvariantBroken extends Error {
  override readonly name = 'LedgerInvariantBroken';
  readonly code = 'ledger-invariant-broken';

  constructor(what: string, found: unknown) {
    super(`${what}: ${String(found)}`);
  }
}

/** More points were asked for than are there now. Ask for no more than `available`. */
export class InsufficientPoints extends Error {
  override readonly name = 'InsufficientPoints';
  readonly code = 'insufficient-points';
  readonly kind = 'conflict';

  constructor(
    readonly asked: number,
    readonly available: number,
  ) {
    super(`${asked} points were asked for, ${available} are available`);
  }
}

/** No registration of this member has arrived (yet). */
export class UnknownMember extends Error {
  override readonly name = 'UnknownMember';
  readonly code = 'member-unknown';
  readonly kind = 'not-found';

  constructor(memberId: string) {
    super(`no member ${memberId} is registered`);
  }
}

/** The member was erased: the wallet is closed for good. Whoever comes back is registered under a new number. */
export class MemberErased extends Error {
  override readonly name = 'MemberErased';
  readonly code = 'member-erased';
  readonly kind = 'gone';

  constructor(memberId: string) {
    super(`member ${memberId} was erased, and the wallet is closed`);
  }
}

/** This member has no redemption of that number. */
export class UnknownRedemption extends Error {
  override readonly name = 'UnknownRedemption';
  readonly code = 'unknown-redemption';
  readonly kind = 'not-found';

  constructor(redemptionId: string) {
    super(`this member has no redemption ${redemptionId}`);
  }
}

/** Purchases in this currency earn nothing; ask in the program's own. */
export class CurrencyWithoutRate extends Error {
  override readonly name = 'CurrencyWithoutRate';
  readonly code = 'currency-without-rate';
  readonly kind = 'invalid';

  constructor(currency: string, programCurrency: string) {
    super(`the program has no rate for ${currency}; it counts in ${programCurrency}`);
  }
}

/** No program is known for that time yet; it comes by an event, so asking again later helps. */
export class ProgramMissing extends Error {
  override readonly name = 'ProgramMissing';
  readonly code = 'program-missing';
  readonly kind = 'unavailable';

  constructor() {
    super('no program in force at that time has arrived yet');
  }
}

/** An amount so large that its points are no safe integer: no purchase that anybody makes. */
export class PointsOutOfRange extends Error {
  override readonly name = 'PointsOutOfRange';
  readonly code = 'points-out-of-range';
  readonly kind = 'invalid';

  constructor(points: bigint) {
    super(`${points} points are more than can be counted exactly`);
  }
}
