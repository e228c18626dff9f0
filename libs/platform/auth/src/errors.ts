import { ForbiddenException, UnauthorizedException } from '@nestjs/common';
import type { Scope } from './tokens.js';

/** 401: no bearer token was sent, or none that is known here. Send `Authorization: Bearer <token>`. */
export class TokenNotAccepted extends UnauthorizedException {
  constructor(readonly wasSent: boolean) {
    super(
      wasSent
        ? { code: 'token-unknown', detail: 'The bearer token is not one that this service accepts.' }
        : { code: 'token-missing', detail: 'Send a token: "Authorization: Bearer <token>".' },
    );
  }
}

/** 403: the token is known, but was not given the scope this route asks for. */
export class ScopeMissing extends ForbiddenException {
  constructor(scope: Scope, tokenName: string) {
    super({ code: 'scope-missing', detail: `The token "${tokenName}" lacks the scope "${scope}".` });
  }
}
