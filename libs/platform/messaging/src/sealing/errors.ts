/**
 * A contact was sealed under a key that this service does not hold. Put that key into `TESSERA_CONTACT_KEYS` of every service that
 * reads contacts before it comes first in the service that seals them.
 */
export class ContactKeyUnknown extends Error {
  override readonly name = 'ContactKeyUnknown';
  readonly code = 'contact-key-unknown';

  constructor(keyId: string) {
    super(`no contact key has the id ${keyId}`);
  }
}

/** A sealed contact is not what was sealed for this member: altered, cut, another member's, or sealed under another key of that id. */
export class ContactTampered extends Error {
  override readonly name = 'ContactTampered';
  readonly code = 'contact-tampered';

  constructor(keyId: string) {
    super(`what is sealed under the contact key ${keyId} cannot be opened for this member`);
  }
}
