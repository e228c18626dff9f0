import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { RunningService } from './definition.js';

/**
 * `/healthz`: the process answers. `/readyz`: it may be sent work, else 503 with what is missing. `/metrics`: Prometheus text.
 * None asks for a token, none is documented in the API.
 */
export function serveHealth(app: NestFastifyApplication, service: RunningService): void {
  const http = app.getHttpAdapter().getInstance();

  http.get('/healthz', () => ({ status: 'ok', service: service.name }));

  http.get('/readyz', async (_request, reply) => {
    const { ready, checks } = await service.readiness();
    return reply
      .status(ready ? 200 : 503)
      .send({ status: ready ? 'ready' : 'not-ready', service: service.name, checks });
  });

  http.get('/metrics', async (_request, reply) =>
    reply.header('content-type', 'text/plain; version=0.0.4; charset=utf-8').send(await service.metrics()),
  );
}
