import { callerOf } from '@tessera/platform-auth';
import type { FastifyRequest } from 'fastify';

/** Whether the caller's token is one to which contacts are shown: it could change them, or erase the member, anyway. */
export function maySeeContacts(request: FastifyRequest): boolean {
  const scopes = callerOf(request)?.scopes ?? [];
  return scopes.includes('write') || scopes.includes('admin');
}
