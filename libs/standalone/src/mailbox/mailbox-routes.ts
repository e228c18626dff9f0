import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Tokens } from '@tessera/platform-auth';
import { decodeCursor, pageQuery, problemOf, RequestInvalid, toPage, toProblem } from '@tessera/platform-http';
import { z } from 'zod';
import { json, refuse, send, sendProblem } from '../answers.js';
import type { MailStore } from './mail-store.js';
import { contentOf } from './read-mail.js';

const PAGE: Readonly<Record<string, readonly [file: string, type: string]>> = {
  '/mailbox': ['mailbox.html', 'text/html; charset=utf-8'],
  '/mailbox.css': ['mailbox.css', 'text/css; charset=utf-8'],
  '/mailbox.js': ['mailbox.js', 'text/javascript; charset=utf-8'],
};
const MAIL = /^\/mailbox\/(\d{1,18})\.(json|eml)$/;

/**
 * A frame that holds a mail's HTML has the policy of this page: styles may stand in it, but nothing is loaded from anywhere, so
 * that no sender learns that it was opened. Scripts, forms and links are off by the frame's own sandbox.
 */
const PAGE_POLICY = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self' 'unsafe-inline'; img-src data:; " +
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
};

const listQuery = pageQuery.extend({ to: z.string().min(1).max(320).optional() });
const position = z.string().regex(/^\d{1,18}$/);

/** The mailbox for people and programs: a page without a single mail in it, and JSON for who has a token. */
export class MailboxRoutes {
  constructor(
    private readonly store: MailStore,
    private readonly tokens: Tokens,
  ) {}

  /** Only for paths that `isMailboxPath` knows. Never rejects. */
  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      await this.route(request, response, new URL(request.url ?? '/', 'http://mailbox.invalid'));
    } catch (error) {
      if (response.headersSent) response.destroy();
      else sendProblem(response, toProblem(error));
    }
  }

  private async route(request: IncomingMessage, response: ServerResponse, { pathname, searchParams }: URL) {
    const page = PAGE[pathname];
    if (page) {
      const [file, type] = page;
      return send(response, 200, type, readFileSync(new URL(`../page/${file}`, import.meta.url)), PAGE_POLICY);
    }
    if (!this.mayRead(request, response)) return;
    if (pathname === '/mailbox.json') return json(response, 200, await this.list(searchParams));
    const [, mailId, form] = MAIL.exec(pathname) ?? [];
    if (mailId === undefined) return refuse(response, 404, 'not-found', `There is nothing at ${pathname}.`);
    const { mail, raw } = await this.store.read(mailId);
    if (form === 'eml') return send(response, 200, 'text/plain; charset=utf-8', raw);
    json(response, 200, { ...mail, ...(await contentOf(raw)) });
  }

  private async list(search: URLSearchParams): Promise<object> {
    const { data: query, error } = listQuery.safeParse(Object.fromEntries(search));
    if (!query) {
      throw new RequestInvalid(error.issues.map(({ path, message }) => ({ path: path.join('.'), reason: message })));
    }
    const before = decodeCursor(position, query.cursor) ?? null;
    const found = await this.store.list({ to: query.to ?? null, before, limit: query.limit + 1 });
    const page = toPage(found, query.limit, { item: (mail) => mail, position: ({ mailId }) => mailId });
    return { ...page, forgotten: await this.store.forgotten() };
  }

  /** Mails are personal data: as with a member's contact, reading takes a token that may write. */
  private mayRead({ headers }: IncomingMessage, response: ServerResponse): boolean {
    const text = /^Bearer +([^\s]+) *$/i.exec(headers.authorization ?? '')?.[1];
    const token = text === undefined ? undefined : this.tokens.identify(text);
    if (token?.scopes.includes('write')) return true;
    if (token) {
      refuse(response, 403, 'scope-missing', `The token "${token.name}" lacks the scope "write".`);
      return false;
    }
    const code = text === undefined ? 'token-missing' : 'token-unknown';
    const detail = 'Mails are personal data: send a token that may write, "Authorization: Bearer <token>".';
    sendProblem(response, problemOf(401, code, detail), { 'www-authenticate': 'Bearer realm="tessera"' });
    return false;
  }
}

export const isMailboxPath = (path: string): boolean => path in PAGE || /^\/mailbox(\.json|\/)/.test(path);
