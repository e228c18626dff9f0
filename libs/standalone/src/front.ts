import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RunningService } from '@tessera/platform-service';
import { json, refuse, send } from './answers.js';
import { AddressNotAvailable } from './errors.js';
import { isMailboxPath } from './mailbox/mailbox-routes.js';
import type { Mailbox } from './mailbox/open-mailbox.js';

export type FrontParts = Readonly<{
  isReady(): Promise<boolean>;
  metrics(): Promise<string>;
  status(): Promise<object>;
  /** Names whose paths belong to a service even while that one is not yet there. */
  names: readonly string[];
}>;

const KEEP_ALIVE_MS = 30_000;
const PAGE: Readonly<Record<string, readonly [file: string, type: string]>> = {
  '/': ['index.html', 'text/html; charset=utf-8'],
  '/status.css': ['status.css', 'text/css; charset=utf-8'],
  '/status.js': ['status.js', 'text/javascript; charset=utf-8'],
};

const pageFile = (name: string): Buffer => readFileSync(new URL(`./page/${name}`, import.meta.url));

/** The one HTTP front: the services' paths go to them, the rest is the whole's own health, metrics and status page. */
export class Front {
  private readonly services = new Map<string, RunningService>();
  private readonly server: Server;
  private mailbox: Mailbox | null = null;

  constructor(private readonly parts: FrontParts) {
    this.server = createServer((request, response) => this.route(request, response));
    this.server.keepAliveTimeout = KEEP_ALIVE_MS;
  }

  /** Answers the port, which the system chooses for port 0. Rejects with AddressNotAvailable. */
  listen(host: string, port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.server.once('error', (error: NodeJS.ErrnoException) =>
        reject(new AddressNotAvailable(host, port, error.code === 'EADDRINUSE' ? 'taken' : error.message)),
      );
      this.server.listen(port, host, () => resolve((this.server.address() as AddressInfo).port));
    });
  }

  /** From now on the paths below `/<name>/` are this service's. */
  serve(service: RunningService): void {
    this.services.set(service.name, service);
  }

  /** From now on `/mailbox` and what is below it are the mailbox's. */
  serveMailbox(mailbox: Mailbox): void {
    this.mailbox = mailbox;
  }

  /** Takes no more connections, and lets go of those that do nothing. */
  stopAccepting(): void {
    this.server.close();
    this.server.closeIdleConnections();
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.server.closeAllConnections();
    await closed;
  }

  private route(request: IncomingMessage, response: ServerResponse): void {
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    const name = path.split('/', 2)[1] ?? '';
    const service = this.services.get(name);
    if (service) return service.handle(request, response);

    if (this.parts.names.includes(name)) {
      refuse(response, 503, 'service-starting', `${name} is not ready yet. Ask /healthz, or try again.`);
      return;
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      refuse(
        response,
        404,
        'not-found',
        `There is nothing at ${request.method} ${path}. Services: /${this.parts.names.join(', /')}.`,
      );
      return;
    }
    this.own(path, request, response).catch((error: unknown) => {
      if (!response.headersSent) refuse(response, 503, 'unavailable', (error as Error).message);
      else response.destroy();
    });
  }

  private async own(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (isMailboxPath(path)) {
      if (this.mailbox) return this.mailbox.handle(request, response);
      return refuse(response, 503, 'starting', 'The mailbox is not ready yet. Ask /healthz, or try again.');
    }
    const page = PAGE[path];
    if (page) return send(response, 200, page[1], pageFile(page[0]));
    if (path === '/healthz' || path === '/readyz') {
      const isReady = await this.parts.isReady();
      return json(response, isReady ? 200 : 503, { status: isReady ? 'ready' : 'not ready' });
    }
    if (path === '/status.json') return json(response, 200, await this.parts.status());
    if (path === '/metrics')
      return send(response, 200, 'text/plain; version=0.0.4; charset=utf-8', await this.parts.metrics());
    refuse(response, 404, 'not-found', `There is nothing at ${path}. Services: /${this.parts.names.join(', /')}.`);
  }
}
