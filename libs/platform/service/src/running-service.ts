import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { ServiceName } from '@tessera/contracts';
import type { Messaging, Progress } from '@tessera/platform-messaging';
import type { DataSource } from 'typeorm';
import type { Readiness, RunningService, ServiceDefinition, StartOptions } from './definition.js';
import type { Metrics } from './metrics.js';
import { joinMetrics } from './metrics-text.js';
import { claimProcessMetrics } from './process-metrics.js';
import type { RequestGate } from './request-gate.js';
import type { Shutdown } from './shutdown.js';

const CHECK_MS = 2_000;

type Parts = Readonly<{
  app: NestFastifyApplication;
  definition: ServiceDefinition;
  options: StartOptions;
  dataSource: DataSource | null;
  messaging: Messaging | null;
  metrics: Metrics;
  gate: RequestGate;
  shutdown: Shutdown;
}>;

export function createRunningService(parts: Parts): RunningService {
  const { app, definition, options, messaging, metrics, shutdown } = parts;
  const http = app.getHttpAdapter().getInstance();
  const processMetrics = claimProcessMetrics();
  shutdown.opened('process metrics', async () => processMetrics?.release());
  const progress = (): Promise<Progress> =>
    messaging ? messaging.progress.read() : Promise.resolve(nothingToDo(definition.name));

  return {
    name: definition.name,
    get url() {
      const address = options.listen ? app.getHttpServer().address() : null;
      if (address === null || typeof address === 'string') return null;
      return `http://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`;
    },
    handle: (request, response) => http.routing(request, response),
    progress,
    readiness: () => readiness(parts),
    isReady: async () => (await readiness(parts)).ready,
    async metrics() {
      metrics.setLevels(await progress().catch(() => null));
      metrics.setOwn(messaging && { paused: messaging.consumer.paused().size, isRelayLeader: messaging.isRelayLeader });
      const own = await metrics.registry.metrics();
      return processMetrics ? joinMetrics([own, await processMetrics.text()]) : own;
    },
    close: () => shutdown.run(),
  };
}

async function readiness({ dataSource, messaging, options, gate }: Parts): Promise<Readiness> {
  const [database, log] = await Promise.all([
    dataSource ? holds(() => dataSource.query('SELECT 1').then(() => true)) : true,
    holds(async () => (messaging?.upkeepLoop.isOnOwnLog() ?? true) && (await options.log.isReady())),
  ]);
  const consumers = messaging ? messaging.transport.isConsuming() : true;
  const checks = { database, log, consumers, requests: gate.isOpen };
  return { ready: Object.values(checks).every(Boolean), checks };
}

/** An answer that does not come in time is a no: whoever asks wants to know before his own patience ends. */
async function holds(check: () => Promise<boolean>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), CHECK_MS);
  });
  try {
    return await Promise.race([check().catch(() => false), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** A service without a database has nothing to catch up on. */
const nothingToDo = (service: ServiceName): Progress => ({
  service,
  handled: 0,
  lag: 0,
  lagByTopic: {},
  outbox: 0,
  outboxAgeSeconds: 0,
  parked: [],
  work: 0,
  deadLetters: 0,
  exitsAppliedUntil: new Date(),
  nextExit: null,
});
