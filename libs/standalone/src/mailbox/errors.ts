/** No such mail is kept, or no longer: the oldest go when there are too many. */
export class MailUnknown extends Error {
  override readonly name = 'MailUnknown';
  readonly code = 'mail-unknown';
  readonly kind = 'not-found';

  constructor(mailId: string) {
    super(`There is no mail ${mailId}.`);
  }
}
