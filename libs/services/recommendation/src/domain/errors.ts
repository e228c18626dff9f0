/** Nobody is registered under this id (yet). Purchases and signals may already be waiting for the registration. */
export class UnknownMember extends Error {
  override readonly name = 'UnknownMember';
  readonly code = 'unknown-member';
  readonly kind = 'not-found';

  constructor(memberId: string) {
    super(`no member ${memberId} is registered`);
  }
}

/** The member was erased: there is no list, for good. Whoever comes back is registered under a new number. */
export class MemberErased extends Error {
  override readonly name = 'MemberErased';
  readonly code = 'member-erased';
  readonly kind = 'gone';

  constructor(memberId: string) {
    super(`member ${memberId} was erased`);
  }
}

/** Neither the catalogue nor any purchase has told of this article. */
export class UnknownItem extends Error {
  override readonly name = 'UnknownItem';
  readonly code = 'unknown-item';
  readonly kind = 'not-found';

  constructor(sku: string) {
    super(`there is no article ${sku} in the catalogue or in any purchase`);
  }
}
