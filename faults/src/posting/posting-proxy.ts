import { once } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  request as httpRequest,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';

/** A moment of the posting: this many events had been taken, plus a delay that lets it fall into the middle of a request. */
export type Moment = Readonly<{ afterEvents: number; delayMs: number }>;

export type ProxyOptions<M extends Moment> = Readonly<{
  /** Of everything, or by the path of the request. */
  target: string | ((path: string) => string);
  eventsPath: string;
  /** Ascending by `afterEvents`. */
  moments: readonly M[];
  /** Whether events may pass now, up to this many in all; they are to be sent again later if not. Always unless given. */
  mayPass?(events: number): Promise<boolean>;
  /** Breaks the system and brings it back; `isPosting`: a request of the posting is under way. No events pass meanwhile. */
  strike(moment: M, isPosting: boolean): Promise<void>;
}>;

/**
 * Stands between a sender and the system, so that what is to happen while the posting is at a certain point happens just
 * then: events wait for a strike to be over, and it falls while they are under way. Everything else passes at any time.
 */
export class PostingProxy<M extends Moment> {
  private readonly server: Server;
  private readonly left: M[];
  private posted = 0;
  private isPosting = false;
  private isStriking = false;
  private striking: Promise<void> = Promise.resolve();
  private failure: Error | undefined;

  constructor(private readonly options: ProxyOptions<M>) {
    this.left = [...options.moments];
    this.server = createServer((request, response) => {
      // A system that is away looks away to the sender too: its connection breaks.
      this.pass(request, response).catch(() => response.destroy());
    });
  }

  async listen(): Promise<string> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Rejects if a strike failed. */
  async close(): Promise<void> {
    do await this.striking;
    while (this.isStriking);
    this.server.closeAllConnections();
    this.server.close();
    if (this.failure) throw this.failure;
  }

  private async pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bytesOf(request);
    if (request.method !== 'POST' || request.url !== this.options.eventsPath) {
      await forward(this.targetOf(request), request, body, response);
      return;
    }
    while (this.isStriking) await this.striking;
    const count = (JSON.parse(body.toString()) as unknown[]).length;
    if (this.options.mayPass && !(await this.options.mayPass(this.posted + count))) {
      response.writeHead(503, { 'retry-after': '0' }).end();
      return;
    }
    this.isPosting = true;
    this.strikeBefore(this.posted + count);
    try {
      const status = await forward(this.targetOf(request), request, body, response);
      if (status === 202) this.posted += count;
    } finally {
      this.isPosting = false;
    }
    await this.striking;
    this.strikeBefore(this.posted);
  }

  private targetOf({ url = '/' }: IncomingMessage): string {
    const { target } = this.options;
    return typeof target === 'string' ? target : target(url);
  }

  /** One at a time: the next one waits for the events to come again, or follows at once if they are through. */
  private strikeBefore(events: number): void {
    const [moment] = this.left;
    if (!moment || moment.afterEvents >= events || this.isStriking || this.failure) return;
    this.left.shift();
    this.isStriking = true;
    this.striking = (async () => {
      await new Promise((resolve) => setTimeout(resolve, moment.delayMs));
      await this.options.strike(moment, this.isPosting);
    })().catch((error: unknown) => {
      this.failure = error instanceof Error ? error : new Error(String(error));
    });
    void this.striking.then(() => {
      this.isStriking = false;
      if (!this.isPosting) this.strikeBefore(this.posted);
    });
  }
}

async function bytesOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** Answers the status once the whole response has passed. */
function forward(target: string, from: IncomingMessage, body: Buffer, to: ServerResponse): Promise<number> {
  return new Promise((resolve, reject) => {
    const { host: _host, connection: _connection, 'transfer-encoding': _encoding, ...headers } = from.headers;
    const request = httpRequest(target + (from.url ?? '/'), {
      method: from.method,
      agent: false,
      headers: { ...headers, 'content-length': body.length },
    });
    request.once('error', reject);
    request.once('response', (response) => {
      response.once('error', reject);
      response.once('aborted', () => reject(new Error('the answer broke off')));
      to.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(to);
      response.once('end', () => resolve(response.statusCode ?? 502));
    });
    request.end(body);
  });
}
