const REQUEST_MS_MAX = 10_000;

export type Answer = Readonly<{ status: number; body: unknown }>;

/** Requests of the composition to its own front, by the same routes as everyone's. */
export class OwnRequests {
  constructor(
    /** Known once the front listens. */
    private readonly url: () => string,
    private readonly token: string,
  ) {}

  /** One that may be so many seconds old, which another replica may have made. */
  getShared(path: string, maxAgeSeconds: number): Promise<Answer> {
    return this.request(path, { method: 'GET', headers: { 'cache-control': `max-age=${maxAgeSeconds}` } });
  }

  send(method: 'GET' | 'POST', path: string, body?: object): Promise<Answer> {
    const content = body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
    return this.request(path, { method, headers: {}, ...content });
  }

  private async request(
    path: string,
    { headers, ...rest }: Readonly<{ method: string; headers: Record<string, string>; body?: string }>,
  ): Promise<Answer> {
    const response = await fetch(this.url() + path, {
      ...rest,
      headers: { authorization: `Bearer ${this.token}`, ...headers },
      signal: AbortSignal.timeout(REQUEST_MS_MAX),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? undefined : (JSON.parse(text) as unknown) };
  }
}
