import {
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_HTTP_ROUTE,
  ATTR_URL_SCHEME,
} from '@opentelemetry/semantic-conventions';
import { entering, isFailure, type Span, SpanKind, type Tracing } from '@tessera/platform-tracing';
import type { FastifyInstance, FastifyRequest } from 'fastify';

/**
 * A span for each request to a route below `prefix`, in the trace that its caller names. It ends with the response, or when the caller
 * has gone.
 */
export function traceRequests(http: FastifyInstance, tracing: Tracing, prefix: string): void {
  const spans = new WeakMap<FastifyRequest, Span>();

  http.addHook('onRequest', (request, reply, done) => {
    const { method, protocol, routeOptions, headers } = request;
    const route = routeOptions.url;
    if (!route?.startsWith(prefix)) return done();
    const span = tracing.start(`${method} ${route}`, {
      kind: SpanKind.SERVER,
      parent: typeof headers['traceparent'] === 'string' ? headers['traceparent'] : null,
      attributes: { [ATTR_HTTP_REQUEST_METHOD]: method, [ATTR_HTTP_ROUTE]: route, [ATTR_URL_SCHEME]: protocol },
    });
    spans.set(request, span);
    reply.raw.once('close', () => {
      span.setAttribute(ATTR_HTTP_RESPONSE_STATUS_CODE, reply.statusCode);
      if (reply.statusCode >= 500) span.setStatus(isFailure);
      span.end();
    });
    done();
  });

  // Not before the body is read: what comes by the socket's own events has left the span behind.
  http.addHook('preHandler', (request, _reply, done) => {
    const span = spans.get(request);
    if (span) entering(span, done);
    else done();
  });
}
