import { setTimeout as sleep } from 'node:timers/promises';

export type ClientOptions = Readonly<{
  url: string;
  token: string;
  /** How long to go on trying while the system is away or asks for patience; 0 tries once. */
  patienceMs?: number;
  timeoutMs?: number;
}>;

/** The system answered, and the answer is no. `detail` is fit for people. */
export class RequestRefused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
    readonly body: unknown,
  ) {
    super(detail);
  }
}

/** Nothing answered within the client's patience; start the system, or mend the URL. */
export class SystemAway extends Error {
  readonly code = 'system-away';
}

type Attempt = Readonly<{ done: true; body: unknown } | { done: false; why: string; afterMs: number | null }>;

const AWAY = new Set([429, 502, 503, 504]);
const LONGEST_WAIT_MS = 5_000;

/**
 * Speaks to a running Tessera from outside, over HTTP alone. With patience every request is repeated after lost
 * connections, 429 and 503: use that only where a repeat changes nothing.
 */
export class TesseraClient {
  private readonly url: string;

  constructor(private readonly options: ClientOptions) {
    this.url = options.url.replace(/\/+$/, '');
  }

  get<T>(path: string): Promise<T> {
    return this.send<T>('GET', path);
  }

  post<T>(path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}): Promise<T> {
    return this.send<T>('POST', path, body === undefined ? undefined : JSON.stringify(body), headers);
  }

  put<T>(path: string, body: unknown): Promise<T> {
    return this.send<T>('PUT', path, JSON.stringify(body));
  }

  /** As post, for a body that is JSON text already. */
  postJson<T>(path: string, json: string): Promise<T> {
    return this.send<T>('POST', path, json);
  }

  private async send<T>(
    method: string,
    path: string,
    body?: string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<T> {
    const giveUpAt = performance.now() + (this.options.patienceMs ?? 0);
    for (let waitMs = 100; ; waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)) {
      const attempt = await this.attempt(method, path, body, headers);
      if (attempt.done) return attempt.body as T;
      const pauseMs = Math.min(attempt.afterMs ?? waitMs, LONGEST_WAIT_MS);
      if (performance.now() + pauseMs > giveUpAt) throw new SystemAway(`${method} ${this.url}${path}: ${attempt.why}`);
      await sleep(pauseMs);
    }
  }

  private async attempt(
    method: string,
    path: string,
    body: string | undefined,
    headers: Readonly<Record<string, string>>,
  ): Promise<Attempt> {
    try {
      const response = await fetch(`${this.url}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${this.options.token}`,
          accept: 'application/json',
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body }),
        signal: AbortSignal.timeout(this.options.timeoutMs ?? 60_000),
      });
      const text = await response.text();
      if (response.ok) return { done: true, body: asJson(text) };
      if (AWAY.has(response.status)) {
        const seconds = Number(response.headers.get('retry-after') ?? NaN);
        const afterMs = Number.isFinite(seconds) ? seconds * 1000 : null;
        return { done: false, why: `answered ${response.status}`, afterMs };
      }
      throw refusalOf(response.status, asJson(text));
    } catch (error) {
      if (error instanceof RequestRefused) throw error;
      return { done: false, why: reasonOf(error), afterMs: null };
    }
  }
}

function asJson(text: string): unknown {
  if (text === '') return null;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

type Problem = { code?: string; title?: string; detail?: string; issues?: { path: string; reason: string }[] };

function refusalOf(status: number, body: unknown): RequestRefused {
  const problem: Problem = typeof body === 'object' && body !== null ? body : {};
  const issues = (problem.issues ?? []).map(({ path, reason }) => `${path ? `${path}: ` : ''}${reason}`);
  const said = [problem.detail ?? problem.title ?? 'no reason given', ...issues].join('; ');
  return new RequestRefused(status, problem.code ?? `http-${status}`, `${said.replace(/\.$/, '')} (${status})`, body);
}

function reasonOf(error: unknown): string {
  const { message, cause } = error as { message?: string; cause?: { code?: string; message?: string } };
  return cause?.code ?? cause?.message ?? message ?? 'the connection failed';
}
