import type { FastifyReply, FastifyRequest } from 'fastify';
import { TokenNotAccepted } from './errors.js';
import type { Token, Tokens } from './tokens.js';

const callers = new WeakMap<object, Token>();

/** Whose token a request carries; undefined on routes that serve everyone. */
export const callerOf = (request: FastifyRequest): Token | undefined => callers.get(request.raw);

const bearer = (header: string | undefined): string | undefined => /^Bearer +([^\s]+) *$/i.exec(header ?? '')?.[1];

/**
 * An `onRequest` hook: strangers are turned away before a byte of their body is read. Applies to all paths under `prefix`,
 * routes that do not exist included, except those for which `isOpen` and those marked `@Public()`.
 */
export function refuseStrangers(tokens: Tokens, prefix: string, isOpen: (path: string) => boolean) {
  return (request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void): void => {
    // The route's own path where there is one: a request may spell it with escapes.
    const path = request.routeOptions.url ?? request.url.split('?', 1)[0] ?? '';
    const { isPublic } = request.routeOptions.config as { isPublic?: boolean };
    const text = bearer(request.headers.authorization);
    const token = text === undefined ? undefined : tokens.identify(text);
    if (token) callers.set(request.raw, token);
    if (token || isPublic === true || !path.startsWith(`${prefix}/`) || isOpen(path)) return done();

    const wasSent = request.headers.authorization !== undefined;
    void reply.header('www-authenticate', `Bearer realm="tessera"${wasSent ? ', error="invalid_token"' : ''}`);
    done(new TokenNotAccepted(wasSent));
  };
}
