/** No campaign has this id. Create it with PUT, or list those there are. */
export class UnknownCampaign extends Error {
  override readonly name = 'UnknownCampaign';
  readonly code = 'unknown-campaign';
  readonly kind = 'not-found';

  constructor(campaignId: string) {
    super(`there is no campaign ${campaignId}`);
  }
}

/** No template has this id. Create it with PUT, or list those there are. */
export class UnknownTemplate extends Error {
  override readonly name = 'UnknownTemplate';
  readonly code = 'unknown-template';
  readonly kind = 'not-found';

  constructor(templateId: string) {
    super(`there is no template ${templateId}`);
  }
}

/** A campaign names a template that does not exist. Create the template first. */
export class CampaignTemplateUnknown extends Error {
  override readonly name = 'CampaignTemplateUnknown';
  readonly code = 'campaign-template-unknown';
  readonly kind = 'invalid';

  constructor(templateId: string) {
    super(`there is no template ${templateId}: create it before the campaign that sends it`);
  }
}

/** No message has this id. */
export class UnknownMessage extends Error {
  override readonly name = 'UnknownMessage';
  readonly code = 'unknown-message';
  readonly kind = 'not-found';

  constructor(messageId: string) {
    super(`there is no message ${messageId}`);
  }
}

/** Nothing was ever told of this member. */
export class UnknownMember extends Error {
  override readonly name = 'UnknownMember';
  readonly code = 'unknown-member';
  readonly kind = 'not-found';

  constructor(memberId: string) {
    super(`no member ${memberId} is known here`);
  }
}

/** The limit on campaigns or templates is reached. */
export class LimitReached extends Error {
  override readonly name = 'LimitReached';
  readonly code = 'limit-reached';
  readonly kind = 'conflict';

  constructor(what: string, limit: number) {
    super(`there are ${limit} ${what} already, as many as are allowed`);
  }
}

/** A template is no valid Liquid. The message names the part, the line and the column. */
export class TemplateInvalid extends Error {
  override readonly name = 'TemplateInvalid';
  readonly code = 'template-invalid';
  readonly kind = 'invalid';

  constructor(
    readonly part: 'subject' | 'text' | 'html',
    readonly line: number,
    readonly column: number,
    why: string,
  ) {
    super(`${part}, line ${line}, column ${column}: ${why}`);
  }
}

/** A test mail was asked for without saying where to, and the deployment has no address for them. */
export class TestAddressMissing extends Error {
  override readonly name = 'TestAddressMissing';
  readonly code = 'test-address-missing';
  readonly kind = 'invalid';

  constructor() {
    super('say where the test mail goes (`to`), or set an address for test mails');
  }
}

/** The mail server did not take a test mail. Nothing is kept of it; try again. */
export class TestMailNotTaken extends Error {
  override readonly name = 'TestMailNotTaken';
  readonly code = 'test-mail-not-taken';
  readonly kind = 'unavailable';

  constructor(why: string) {
    super(`the mail server did not take it: ${why}`);
  }
}
