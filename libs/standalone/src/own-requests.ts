const REQUEST_MS_MAX = 10_000;

export type Answer = Readonly<{ status: number; body: unknown }>;

/** Requests of the composition to its own front, by the same routes as everyone's. */
export class OwnRequests {
  constructor(
    /** Known once the front listens. */
    private readonly url: () => string,
    private readonly token: string,
  ) {}

  async send(method: 'GET' | 'POST', path: string, body?: object): Promise<Answer> {
    const response = await fetch(this.url() + path, {
      method,
      headers: { authorization: `Bearer ${this.token}`, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(REQUEST_MS_MAX),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? undefined : (JSON.parse(text) as unknown) };
  }
}
