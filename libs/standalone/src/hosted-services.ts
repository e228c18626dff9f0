import { setTimeout as sleep } from 'node:timers/promises';
import { joinMetrics, type RunningService, type ServiceDefinition, type StartOptions } from '@tessera/platform-service';
import type { Tracing } from '@tessera/platform-tracing';
import { StandaloneFailure } from './errors.js';

export type StartService = (definition: ServiceDefinition, options: StartOptions) => Promise<RunningService>;

/** What each service gets for itself. */
type Hosting = Readonly<{
  databaseUrl(name: string): string;
  tracing(name: string): Tracing;
  onStarted(service: RunningService): void;
}>;

const READY_MS_MAX = 60_000;
const READY_POLL_MS = 50;

/** The services of this process, from before they are started until they are closed. */
export class HostedServices {
  readonly running = new Map<string, RunningService>();

  constructor(
    private readonly definitions: readonly ServiceDefinition[],
    private readonly startService: StartService,
  ) {}

  get names(): readonly string[] {
    return this.definitions.map(({ name }) => name);
  }

  /** Services that own a database; the database has the service's name. */
  get namesWithDatabase(): readonly string[] {
    return this.definitions.filter(hasDatabase).map(({ name }) => name);
  }

  /** Starts all side by side. On a failure the others are waited for, so that `close` leaves none behind. */
  async start(
    options: Omit<StartOptions, 'databaseUrl' | 'tracing'>,
    { databaseUrl, tracing, onStarted }: Hosting,
  ): Promise<void> {
    const starts = await Promise.allSettled(
      this.definitions.map(async (definition) => {
        const url = hasDatabase(definition) ? databaseUrl(definition.name) : null;
        const service = await this.startService(definition, {
          ...options,
          databaseUrl: url,
          tracing: tracing(definition.name),
        });
        this.running.set(definition.name, service);
        onStarted(service);
      }),
    );
    starts.forEach((outcome, index) => {
      if (outcome.status === 'fulfilled') return;
      const { reason } = outcome as { reason: unknown };
      const said = reason instanceof Error ? reason.message : String(reason);
      throw new StandaloneFailure(`The service ${this.names[index]} did not start: ${said}`, { cause: reason });
    });
  }

  async notReady(): Promise<readonly string[]> {
    const states = await Promise.all(
      this.names.map(
        async (name) =>
          (await this.running
            .get(name)
            ?.isReady()
            .catch(() => false)) ?? false,
      ),
    );
    return this.names.filter((_, index) => !states[index]);
  }

  async waitUntilReady(): Promise<void> {
    const deadline = Date.now() + READY_MS_MAX;
    for (;;) {
      const names = await this.notReady();
      if (names.length === 0) return;
      if (Date.now() > deadline) {
        throw new StandaloneFailure(`Not ready after ${READY_MS_MAX / 1_000} s: ${names.join(', ')}.`);
      }
      await sleep(READY_POLL_MS);
    }
  }

  async metrics(): Promise<string> {
    return joinMetrics(await Promise.all([...this.running.values()].map((service) => service.metrics())));
  }

  async close(): Promise<void> {
    await Promise.all([...this.running.values()].map((service) => service.close()));
  }
}

const hasDatabase = ({ migrations, consumes }: ServiceDefinition): boolean => migrations.length + consumes.length > 0;
