import { randomUUID } from 'node:crypto';
import { type Attributes, context, diag, type DiagLogger, DiagLogLevel } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import {
  ATTR_SERVICE_INSTANCE_ID,
  ATTR_SERVICE_NAME,
  ATTR_SERVICE_NAMESPACE,
} from '@opentelemetry/semantic-conventions';
import { Tracing } from './tracing.js';
import type { TracingVariables } from './variables.js';

type WarningLogger = Readonly<{ warn(fields: object, message: string): void }>;

export type TelemetryOptions = Readonly<{
  /** Where an OTLP collector takes HTTP, without `/v1/traces`. */
  endpoint: string;
  /** Of the traces that begin here, the part to be kept; one that comes from outside says itself whether it is kept. */
  ratio: number;
  /** Of every span that has to do with the log. */
  logAttributes: Attributes;
  logger: WarningLogger;
}>;

/** Has what spans are sent with. One a process owns it, however many services there are in it. */
export interface Telemetry {
  /** A service's own tracing: its spans are told apart by `service.name`. */
  tracing(service: string): Tracing;
  /** Sends what is still to be sent, if the collector takes it in time. Never rejects. */
  close(): Promise<void>;
}

const EXPORT_MS_MAX = 3_000;
const EVERY_MS = 1_000;

const silent: Telemetry = { tracing: () => Tracing.off, close: () => Promise.resolve() };

/** Tracing as the environment wants it: none without an endpoint. */
export function telemetryFrom(
  variables: TracingVariables | undefined,
  rest: Omit<TelemetryOptions, 'endpoint' | 'ratio'>,
): Telemetry {
  if (variables?.OTEL_EXPORTER_OTLP_ENDPOINT === undefined) return silent;
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_TRACES_SAMPLER_ARG: ratio } = variables;
  return openTelemetry({ endpoint, ratio, ...rest });
}

/** Rejects nothing: a collector that is away costs spans, never work. */
export function openTelemetry({ endpoint, ratio, logAttributes, logger }: TelemetryOptions): Telemetry {
  diag.setLogger(warnings(logger), { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
  const contexts = new AsyncLocalStorageContextManager().enable();
  context.setGlobalContextManager(contexts);
  const exporter = new OTLPTraceExporter({
    url: `${endpoint.replace(/\/+$/, '')}/v1/traces`,
    timeoutMillis: EXPORT_MS_MAX,
  });
  const processor = new BatchSpanProcessor({
    exporter,
    scheduledDelayMillis: EVERY_MS,
    exportTimeoutMillis: EXPORT_MS_MAX,
    maxQueueSize: 20_000,
  });
  const sampler = new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) });
  const instance = randomUUID();
  return {
    tracing(service) {
      const provider = new TracerProvider({
        resource: resourceFromAttributes({
          [ATTR_SERVICE_NAME]: service,
          [ATTR_SERVICE_NAMESPACE]: 'tessera',
          [ATTR_SERVICE_INSTANCE_ID]: instance,
        }),
        sampler,
        spanProcessors: [processor],
      });
      return new Tracing(provider.getTracer('tessera'), logAttributes);
    },
    async close() {
      await processor.shutdown().catch((error: unknown) => logger.warn({ err: error }, 'spans were lost'));
      context.disable();
      diag.disable();
    },
  };
}

function warnings(logger: WarningLogger): DiagLogger {
  const tell = (text: string): void => logger.warn({ said: text }, 'tracing has a difficulty');
  const silence = (): void => undefined;
  return { error: tell, warn: tell, info: silence, debug: silence, verbose: silence };
}
