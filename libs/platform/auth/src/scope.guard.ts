import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { callerOf } from './caller.js';
import { REQUIRED_SCOPE } from './decorators.js';
import { ScopeMissing, TokenNotAccepted } from './errors.js';
import type { Scope } from './tokens.js';

const READING = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Asks for `admin` under `/admin`, `read` to read and `write` to change, unless the route says otherwise with `@Scopes()`. No scope includes another. */
export class ScopeGuard implements CanActivate {
  constructor(private readonly reflector = new Reflector()) {}

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    if ((request.routeOptions.config as { isPublic?: boolean }).isPublic === true) return true;

    const caller = callerOf(request);
    if (!caller) throw new TokenNotAccepted(false);
    const scope =
      this.reflector.getAllAndOverride<Scope | undefined>(REQUIRED_SCOPE, [context.getHandler(), context.getClass()]) ??
      defaultScope(request);
    if (caller.scopes.includes(scope)) return true;

    const reply = context.switchToHttp().getResponse<FastifyReply>();
    void reply.header('www-authenticate', `Bearer realm="tessera", error="insufficient_scope", scope="${scope}"`);
    throw new ScopeMissing(scope, caller.name);
  }
}

function defaultScope(request: FastifyRequest): Scope {
  if (/^\/[a-z-]+\/v\d+\/admin(\/|$)/.test(request.routeOptions.url ?? '')) return 'admin';
  return READING.has(request.method) ? 'read' : 'write';
}
