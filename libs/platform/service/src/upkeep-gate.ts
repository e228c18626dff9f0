import type { ServiceName } from '@tessera/contracts';
import type { UpkeepLoop } from '@tessera/platform-messaging';
import type { FastifyInstance } from 'fastify';

/**
 * Refuses what a service cannot answer while it is rebuilt, or stands before a log that is not its own. Operators still see how far it is, and may do what
 * mends it.
 */
export class UpkeepGate {
  private loop: UpkeepLoop | null = null;

  install(http: FastifyInstance, service: ServiceName): void {
    const routes = `/${service}/v1/`;
    const open = ['admin/', 'progress', 'docs', 'openapi.json'].map((path) => routes + path);
    http.addHook('onRequest', async ({ url }) => {
      const why = this.loop?.whyClosed();
      if (why && url.startsWith(routes) && !open.some((path) => url.startsWith(path))) throw why;
    });
  }

  follow(loop: UpkeepLoop): void {
    this.loop = loop;
  }
}
