import rateLimit from '@fastify/rate-limit';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { DynamicModule } from '@nestjs/common';
import { callerOf, refuseStrangers, ScopeGuard, Tokens } from '@tessera/platform-auth';
import { documentationPaths, ProblemFilter, sendProblem, serveOpenApi, ValidationPipe } from '@tessera/platform-http';
import type { FastifyInstance } from 'fastify';
import { v7 as uuidv7 } from 'uuid';
import type { HttpSettings, ServiceDefinition, StartOptions } from './definition.js';
import { RateLimitExceeded } from './errors.js';
import { type Logger, NestLogger } from './logger.js';
import type { Metrics } from './metrics.js';
import type { RequestGate } from './request-gate.js';
import { traceRequests } from './trace-requests.js';
import type { UpkeepGate } from './upkeep-gate.js';

const BODY_LIMIT_BYTES = 1024 * 1024;
const REQUEST_TIMEOUT_MS = 120_000;

type Parts = Readonly<{
  definition: ServiceDefinition;
  options: StartOptions;
  root: DynamicModule;
  logger: Logger;
  processLogger: Logger;
  metrics: Metrics;
  gate: RequestGate;
  upkeepGate: UpkeepGate;
}>;

/** The Nest application with all that stands before a controller, in this order: gate, token, upkeep, rate limit, body, scope, validation. */
export async function createHttpApplication(parts: Parts): Promise<NestFastifyApplication> {
  const { definition, options, root, logger, metrics, gate, upkeepGate } = parts;
  const settings: HttpSettings = { ...definition.http, ...options.http };
  const prefix = `${definition.name}/v1`;
  const adapter = new FastifyAdapter({
    bodyLimit: settings.bodyLimitBytes ?? BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    genReqId: () => uuidv7(),
    frameworkErrors: sendProblem,
    routerOptions: { maxParamLength: 500 },
  });
  const http = adapter.getInstance<FastifyInstance>();
  measure(http, metrics, logger);
  if (options.tracing?.isOn) traceRequests(http, options.tracing, `/${prefix}/`);
  gate.install(http);
  const docs = documentationPaths(definition.name);
  http.addHook(
    'onRequest',
    refuseStrangers(
      new Tokens(options.tokens),
      `/${prefix}`,
      (path) => path === docs.json || path === docs.ui || path.startsWith(`${docs.ui}/`),
    ),
  );
  upkeepGate.install(http, definition.name);
  if (settings.rateLimit) await limitRate(http, settings.rateLimit);
  parseJsonOnly(http);

  const app = await NestFactory.create<NestFastifyApplication>(root, adapter, {
    logger: new NestLogger(parts.processLogger),
    abortOnError: false,
    bodyParser: false,
  });
  app.setGlobalPrefix(prefix);
  app.useGlobalPipes(new ValidationPipe());
  app.useGlobalGuards(new ScopeGuard());
  app.useGlobalFilters(
    new ProblemFilter((error, request, status) => {
      const { id: requestId, method, routeOptions, params } = request;
      const { memberId } = (params ?? {}) as { memberId?: string };
      logger.error({ err: error, requestId, method, route: routeOptions.url, status, memberId }, 'request failed');
    }),
  );
  serveOpenApi(app, { service: definition.name, version: '1', description: definition.description });
  return app;
}

/** One limit for each token; strangers have been turned away before. Health and documentation are never limited. */
async function limitRate(
  http: FastifyInstance,
  { max, windowMs }: NonNullable<HttpSettings['rateLimit']>,
): Promise<void> {
  await http.register(rateLimit, {
    max,
    timeWindow: windowMs,
    keyGenerator: (request) => callerOf(request)?.name ?? request.ip,
    allowList: (request) => callerOf(request) === undefined,
    errorResponseBuilder: (_request, context) => new RateLimitExceeded(context.max, context.after),
  });
}

/** JSON in all its media types and nothing else (415). A body of no bytes is no body: clients send the type even so. */
function parseJsonOnly(http: FastifyInstance): void {
  const parse = http.getDefaultJsonParser('error', 'error');
  http.removeAllContentTypeParsers();
  http.addContentTypeParser(
    /^application\/(?:[\w.-]+\+)?json(?:\s*;|$)/i,
    { parseAs: 'string' },
    (request, body, done) => (body === '' ? done(null, undefined) : parse(request, body as string, done)),
  );
}

function measure(http: FastifyInstance, metrics: Metrics, logger: Logger): void {
  http.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'unmatched';
    const { method, id: requestId } = request;
    metrics.answered(method, route, reply.statusCode, reply.elapsedTime / 1_000);
    logger.debug(
      {
        requestId,
        method,
        route,
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime),
        caller: callerOf(request)?.name,
      },
      'answered',
    );
    done();
  });
}
