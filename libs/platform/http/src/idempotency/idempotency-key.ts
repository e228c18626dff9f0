import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { IdempotencyKeyMissing } from '../errors.js';

const KEY = /^[\x21-\x7e](?:[\x20-\x7e]{0,253}[\x21-\x7e])?$/;

/** The request's `Idempotency-Key`. Throws `IdempotencyKeyMissing` when it is absent, too long or not printable ASCII. */
export function idempotencyKeyOf(header: string | readonly string[] | undefined): string {
  if (typeof header !== 'string' || !KEY.test(header)) throw new IdempotencyKeyMissing();
  return header;
}

export const IdempotencyKey = createParamDecorator((_data: unknown, context: ExecutionContext): string =>
  idempotencyKeyOf(context.switchToHttp().getRequest<FastifyRequest>().headers['idempotency-key']),
);
