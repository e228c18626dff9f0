import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Type } from '@nestjs/common';
import type { EventContract, ServiceName } from '@tessera/contracts';
import type { Token } from '@tessera/platform-auth';
import type { Log } from '@tessera/platform-bus';
import type { TimeLimits } from '@tessera/platform-database';
import type { Cache } from '@tessera/platform-cache';
import type { Failpoints, Progress } from '@tessera/platform-messaging';
import type { Tracing } from '@tessera/platform-tracing';
import type { z } from 'zod';
import type { Logger } from './logger.js';

/** What a service library exports: all that is needed to run it, alone or beside others. */
export type ServiceDefinition = Readonly<{
  name: ServiceName;
  /** One sentence for the API's documentation. */
  description: string;
  /** Checked at start against the handlers that the module really has. */
  consumes: readonly EventContract[];
  produces: readonly EventContract[];
  /** The service's own and those of shared tables; the platform adds its own. Empty for a service without a database. */
  migrations: readonly (new () => object)[];
  entities: readonly (new () => object)[];
  module: Type;
  /** Most records of a topic that its handler is given at once, where that is not 500. */
  recordsMaxOf?: Readonly<Record<string, number>>;
  http?: HttpSettings;
  /** What the service must be told at start beyond the platform's own; injected under `SETTINGS` as this schema made it. */
  settings?: z.ZodType;
}>;

export type RateLimit = Readonly<{ max: number; windowMs: number }>;

export type HttpSettings = Readonly<{
  /** 1 MiB unless told otherwise. */
  bodyLimitBytes?: number;
  /** Requests a token may send in a window; unlimited unless told otherwise. */
  rateLimit?: RateLimit;
}>;

export type StartOptions = Readonly<{
  log: Log;
  /** null for a service without a database. */
  databaseUrl: string | null;
  tokens: readonly Token[];
  /** The caller's, who closes it. Without it the service has one in memory, of its own. */
  cache?: Cache;
  /** Shared by all services of a process; each adds its name. */
  logger?: Logger;
  /** Of whoever owns the process's telemetry; nothing is traced without it. */
  tracing?: Tracing;
  /** Without it the service has no port of its own and is reached by `handle`. */
  listen?: Readonly<{ host: string; port: number }>;
  /** Runs what migrations are missing first. Distributed, `tessera migrate` does that before a rollout instead. */
  migrate?: boolean;
  /** Over what the definition says. */
  http?: HttpSettings;
  /** Checked by the definition's `settings`, which takes the fields it knows: one object may serve several services. */
  settings?: unknown;
  poolSize?: number;
  /** Over those that follow from the log's session time-out. */
  timeLimits?: Partial<TimeLimits>;
  relayLeaseMs?: number;
  /** Of any topic, over what the definition says. */
  recordsMax?: number;
  /** Told of every passing of a failpoint; nobody is unless given. */
  failpoints?: Failpoints;
  /** How long `close` may take. */
  shutdownMs?: number;
}>;

export type Readiness = Readonly<{ ready: boolean; checks: Readonly<Record<string, boolean>> }>;

export interface RunningService {
  readonly name: ServiceName;
  /** Where it listens; null when it has no port of its own. */
  readonly url: string | null;
  /** Answers one request, as its own server would. */
  handle(request: IncomingMessage, response: ServerResponse): void;
  progress(): Promise<Progress>;
  readiness(): Promise<Readiness>;
  isReady(): Promise<boolean>;
  /** Prometheus text; of several services in one process, join with `joinMetrics`. */
  metrics(): Promise<string>;
  /** Stops taking requests, then consuming, then publishing, then leaves the database; never rejects. The log stays open: it is the caller's. */
  close(): Promise<void>;
}
