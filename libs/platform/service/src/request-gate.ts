import type { FastifyInstance } from 'fastify';
import { ServiceClosing } from './errors.js';

/** Counts the requests under way, whichever server they came by, and turns new ones away once the service is closing. */
export class RequestGate {
  private underWay = 0;
  private isClosing = false;
  private onEmpty: (() => void) | null = null;

  install(http: FastifyInstance): void {
    http.addHook('onRequest', async (_request, reply) => {
      if (this.isClosing) {
        void reply.header('connection', 'close');
        throw new ServiceClosing();
      }
      this.underWay += 1;
      reply.raw.once('close', () => this.left());
    });
  }

  get isOpen(): boolean {
    return !this.isClosing;
  }

  /** Resolves when the last request under way has been answered, or its caller has gone. */
  close(): Promise<void> {
    this.isClosing = true;
    if (this.underWay === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.onEmpty = resolve;
    });
  }

  private left(): void {
    this.underWay -= 1;
    if (this.underWay === 0) this.onEmpty?.();
  }
}
