import { Agent, type IncomingMessage, request as send, type ServerResponse } from 'node:http';
import type { ServiceName } from '@tessera/contracts';
import type { Progress } from '@tessera/platform-messaging';
import { joinMetrics, type Readiness, type RunningService } from '@tessera/platform-service';
import { refuse } from '../answers.js';

const ANSWER_MS_MAX = 2_000;
const PROGRESS_MS_MAX = 10_000;
/** Which the connection to a replica has of its own (RFC 9110, 7.6.1). */
const HOP_BY_HOP = ['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade'];
/** Asked again elsewhere without harm: they change nothing. */
const SAFE = ['GET', 'HEAD', 'OPTIONS'];

/** A service of other processes, its replicas in turn. What a front asks of a service of its own it may ask of this one. */
export class RemoteService implements RunningService {
  readonly url = null;
  private readonly agent = new Agent({ keepAlive: true });
  private turn = 0;

  constructor(
    readonly name: ServiceName,
    /** Where the replicas listen, without a path. */
    private readonly replicas: readonly string[],
    private readonly token: string,
  ) {}

  handle(request: IncomingMessage, response: ServerResponse): void {
    this.pass(request, response, this.replicas.length);
  }

  async progress(): Promise<Progress> {
    const answer = await this.ask(this.next(), `/${this.name}/v1/progress`, PROGRESS_MS_MAX);
    if (!answer.ok) throw new Error(`${this.name} answered ${answer.status} to the question for its progress`);
    return (await answer.json()) as Progress;
  }

  /** A replica is ready or not; the service is when all are. */
  async readiness(): Promise<Readiness> {
    const checks = await Promise.all(
      this.replicas.map(async (replica, index) => {
        const isReady = await this.ask(replica, '/readyz', ANSWER_MS_MAX).then(
          ({ ok }) => ok,
          () => false,
        );
        return [`replica ${index + 1}`, isReady] as const;
      }),
    );
    return { ready: checks.every(([, isReady]) => isReady), checks: Object.fromEntries(checks) };
  }

  async isReady(): Promise<boolean> {
    return (await this.readiness()).ready;
  }

  /** Of the replicas that answer, each with its own label. */
  async metrics(): Promise<string> {
    const texts = await Promise.all(
      this.replicas.map(async (replica, index) => {
        const text = await this.ask(replica, '/metrics', ANSWER_MS_MAX).then(
          (answer) => answer.text(),
          () => '',
        );
        return labelled(text, `replica="${index + 1}"`);
      }),
    );
    return joinMetrics(texts);
  }

  close(): Promise<void> {
    this.agent.destroy();
    return Promise.resolve();
  }

  private next(): string {
    this.turn = (this.turn + 1) % this.replicas.length;
    return this.replicas[this.turn] ?? '';
  }

  private ask(replica: string, path: string, msMax: number): Promise<Response> {
    return fetch(replica + path, {
      headers: { authorization: `Bearer ${this.token}` },
      signal: AbortSignal.timeout(msMax),
    });
  }

  /** A body goes to one replica only: what it did with it before it went away is not known here. */
  private pass(request: IncomingMessage, response: ServerResponse, triesLeft: number): void {
    const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => !HOP_BY_HOP.includes(name)));
    const onward = send(new URL(this.next()), {
      agent: this.agent,
      method: request.method,
      path: request.url,
      headers,
    });
    onward.once('response', (answer) => {
      const kept = Object.entries(answer.headers).filter(([name]) => !HOP_BY_HOP.includes(name));
      response.writeHead(answer.statusCode ?? 502, Object.fromEntries(kept));
      answer.pipe(response);
      answer.once('error', () => response.destroy());
    });
    onward.once('error', (error: NodeJS.ErrnoException) => {
      if (response.headersSent) return response.destroy();
      const isUntouched = SAFE.includes(request.method ?? '');
      if (isUntouched && triesLeft > 1) return this.pass(request, response, triesLeft - 1);
      refuse(
        response,
        503,
        'service-away',
        `${this.name} does not answer now (${error.code ?? error.message}). Try again.`,
      );
    });
    response.once('close', () => onward.destroy());
    if (SAFE.includes(request.method ?? '')) onward.end();
    else request.pipe(onward);
  }
}

/** Adds a label to every sample of a Prometheus text. */
function labelled(text: string, label: string): string {
  return text.replace(/^([A-Za-z_:][\w:]*)(\{)?/gm, (_, name: string, brace?: string) =>
    brace ? `${name}{${label},` : `${name}{${label}}`,
  );
}
