import type { ServerResponse } from 'node:http';
import { PROBLEM_MEDIA_TYPE, type Problem, problemOf } from '@tessera/platform-http';

/** Nothing but our own files: the pages need no other, and what a name might smuggle in is not run. */
const SECURITY = {
  'content-security-policy': "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};

export type Headers = Readonly<Record<string, string>>;

export function send(
  response: ServerResponse,
  status: number,
  type: string,
  body: string | Buffer,
  headers: Headers = {},
): void {
  response.writeHead(status, {
    ...SECURITY,
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    ...headers,
  });
  response.end(response.req.method === 'HEAD' ? undefined : body);
}

export const json = (response: ServerResponse, status: number, body: object): void =>
  send(response, status, 'application/json; charset=utf-8', JSON.stringify(body));

export const sendProblem = (response: ServerResponse, problem: Problem, headers: Headers = {}): void =>
  send(response, problem.status, PROBLEM_MEDIA_TYPE, JSON.stringify(problem), headers);

export const refuse = (response: ServerResponse, status: number, code: string, detail: string): void =>
  sendProblem(response, problemOf(status, code, detail));
