import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { tokenFrom } from '@tessera/platform-auth';
import type { Log } from '@tessera/platform-bus';
import { createLogger, type RunningService, type ServiceDefinition, startService } from '@tessera/platform-service';
import { type ScratchDatabase, scratchDatabase } from '@tessera/platform-testing';
import type { Telemetry } from '@tessera/platform-tracing';

const TOKEN = 'flow';
const LOOK_MS = 50;
const SOON_MS = 30_000;
const IDLE_MS_MAX = 120_000;
/** Nobody listens there. */
const NO_MAIL = 'smtp://127.0.0.1:9?ignoreTLS=true';

export type FlowStart = Readonly<{ log: Log; databaseUrl?: string; recordsMax?: number; telemetry?: Telemetry }>;
export type FlowRequest = Readonly<{ method?: string; body?: unknown; headers?: Readonly<Record<string, string>> }>;
export type FlowAnswer<Body = Record<string, unknown>> = Readonly<{ status: number; body: Body }>;

/** Real services that a flow runs in this process, each on a database of its own, and asks over HTTP. */
export class FlowServices {
  private readonly running = new Map<string, RunningService>();
  private readonly databases = new Map<string, ScratchDatabase>();
  private readonly contactKeys = [{ id: 'k1', key: randomBytes(32).toString('base64') }];

  constructor(private readonly smtpUrl = NO_MAIL) {}

  get names(): readonly string[] {
    return [...this.running.keys()];
  }

  /** By whose they are. */
  get databaseUrls(): ReadonlyMap<string, string> {
    return new Map([...this.databases].map(([name, { url }]) => [name, url]));
  }

  /** One of that name, made when it is first asked for, and dropped at the end. */
  async database(name: string): Promise<string> {
    const database = this.databases.get(name) ?? (await scratchDatabase());
    this.databases.set(name, database);
    return database.url;
  }

  async startAll(definitions: readonly ServiceDefinition[], start: Omit<FlowStart, 'databaseUrl'>): Promise<void> {
    for (const definition of definitions) await this.start(definition, start);
  }

  /** On a database of this flow's own unless one is given. */
  async start(definition: ServiceDefinition, { log, databaseUrl, recordsMax, telemetry }: FlowStart): Promise<void> {
    const { name, migrations } = definition;
    const running = await startService(definition, {
      log,
      databaseUrl: migrations.length === 0 ? null : (databaseUrl ?? (await this.database(name))),
      tokens: [tokenFrom(TOKEN, { name: TOKEN, scopes: ['collect', 'read', 'write', 'admin'] })],
      logger: createLogger({ level: 'silent' }),
      listen: { host: '127.0.0.1', port: 0 },
      migrate: true,
      settings: { smtpUrl: this.smtpUrl, from: 'The Shop <hello@shop.example>', contactKeys: this.contactKeys },
      ...(recordsMax !== undefined && { recordsMax }),
      ...(telemetry && { tracing: telemetry.tracing(name) }),
    });
    this.running.set(name, running);
  }

  async stop(name: string): Promise<void> {
    await this.running.get(name)?.close();
    this.running.delete(name);
  }

  async stopAll(): Promise<void> {
    for (const name of this.names) await this.stop(name);
  }

  /** Once nobody is connected to them any more: the log may be on one of them. */
  async dropDatabases(): Promise<void> {
    for (const database of this.databases.values()) await database.drop();
  }

  async isReady(name: string): Promise<boolean> {
    return (await this.running.get(name)?.isReady()) ?? false;
  }

  /** Whoever the path belongs to answers. */
  async ask<Body = Record<string, unknown>>(
    path: string,
    { method = 'GET', body, headers = {} }: FlowRequest = {},
  ): Promise<FlowAnswer<Body>> {
    const service = this.running.get(path.split('/')[1] ?? '');
    const response = await fetch(`${service?.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${TOKEN}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as Body };
  }

  /** Resolves when nothing is left to do, and nothing was on its way meanwhile: with the instant until which exits are applied everywhere. */
  async untilIdle(): Promise<Date> {
    let before = '';
    for (const giveUpAt = performance.now() + IDLE_MS_MAX; performance.now() < giveUpAt; await sleep(LOOK_MS)) {
      const all = await Promise.all([...this.running.values()].map((service) => service.progress()));
      const counts = JSON.stringify(all.map(({ handled }) => handled));
      const isIdle = all.every(({ lag, outbox, work }) => lag + outbox + work === 0);
      if (isIdle && counts === before) {
        return new Date(Math.min(...all.map(({ exitsAppliedUntil }) => exitsAppliedUntil.getTime())));
      }
      before = isIdle ? counts : '';
    }
    throw new Error('never idle');
  }
}

/** Looks again until it is so; what was found last is then the error. */
export async function eventually(what: () => Promise<void>): Promise<void> {
  for (const giveUpAt = performance.now() + SOON_MS; ; await sleep(LOOK_MS)) {
    try {
      return await what();
    } catch (error) {
      if (performance.now() > giveUpAt) throw error;
    }
  }
}
