import { randomUUID } from 'node:crypto';
import { Body, Controller, Get, HttpCode, Module, Param, Post, Query } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import { encode, purchaseCreated, type PurchaseCreated, topicSpecs } from '@tessera/contracts';
import { Public, Scopes, tokenFrom } from '@tessera/platform-auth';
import { EmbeddedLog } from '@tessera/platform-bus';
import { rows } from '@tessera/platform-database';
import { IdempotencyKey, IdempotentRequests, pageQuery, type PageQuery } from '@tessera/platform-http';
import { type Batch, FromLog } from '@tessera/platform-messaging';
import { type ScratchDatabase, scratchDatabase } from '@tessera/platform-testing';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { z } from 'zod';
import type { RunningService, ServiceDefinition, StartOptions } from './definition.js';
import { createLogger } from './logger.js';
import { startService } from './start-service.js';

class Seen1767225700000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE seen (id text PRIMARY KEY)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE seen');
  }
}

const Thing = z.strictObject({ name: z.string().min(1), size: z.int().positive() }).meta({ id: 'Thing' });

class ThingUnknown extends Error {
  readonly code = 'thing-unknown';
  readonly kind = 'not-found';
}

@Controller('things')
class ThingsController {
  private made = 0;

  constructor(private readonly requests: IdempotentRequests) {}

  @Get()
  list(@Query({ schema: pageQuery }) query: PageQuery) {
    return query;
  }

  @Get('open')
  @Public()
  open() {
    return { open: true };
  }

  @Get('secret')
  @Scopes('admin')
  secret() {
    return {};
  }

  @Get('broken')
  broken() {
    throw new TypeError('the house is on fire');
  }

  @Get('slow')
  slow() {
    return new Promise((resolve) => setTimeout(() => resolve({ slow: true }), 300));
  }

  @Get(':id')
  one(@Param('id', { schema: z.string().max(3) }) id: string) {
    throw new ThingUnknown(`There is no thing ${id}.`);
  }

  @Post()
  @HttpCode(201)
  make(@IdempotencyKey() key: string, @Body({ schema: Thing }) body: z.infer<typeof Thing>) {
    return this.requests.once({ scope: 'things', key, body }, async () => ({ ...body, number: (this.made += 1) }));
  }

  @Post('plain')
  plain(@Body({ schema: Thing.optional() }) body: z.infer<typeof Thing> | undefined) {
    return { body: body ?? null };
  }
}

@Controller()
class OnPurchaseCreated {
  @EventPattern<string>(purchaseCreated.topic)
  async handle(@FromLog() { tx, events }: Batch<PurchaseCreated>): Promise<void> {
    for (const { data } of events) await rows(tx, 'INSERT INTO seen VALUES ($1)', [data.purchaseId]);
  }
}

@Module({ controllers: [ThingsController, OnPurchaseCreated] })
class SpecModule {}

export const definition: ServiceDefinition = {
  name: 'segmentation',
  description: 'A service for its spec.',
  consumes: [purchaseCreated],
  produces: [],
  migrations: [Seen1767225700000],
  entities: [],
  module: SpecModule,
};

export const tokens = [
  tokenFrom('all', { name: 'all', scopes: ['collect', 'read', 'write', 'admin'] }),
  tokenFrom('reader', { name: 'reader', scopes: ['read'] }),
  tokenFrom('writer', { name: 'writer', scopes: ['write'] }),
];

export const purchase = (purchaseId: string) =>
  encode(
    purchaseCreated,
    { purchaseId, memberId: 'm1', purchasedAt: '2026-01-01T00:00:00.000Z', currency: 'EUR', totalMinor: 100 },
    { id: randomUUID(), source: 'urn:spec', time: new Date('2026-01-01T00:00:00.000Z') },
  );

type CallOptions = { token?: string | null; headers?: Record<string, string>; method?: string; body?: string };

/** A service for specs, over real HTTP, on a real log and database: one route for each thing that can go wrong before a controller. */
export class MadeUpService {
  service: RunningService;
  readonly lines: string[] = [];

  private constructor(
    readonly log: EmbeddedLog,
    readonly database: ScratchDatabase,
    private readonly logDatabase: ScratchDatabase,
  ) {}

  static async start(): Promise<MadeUpService> {
    const [database, logDatabase] = await Promise.all([scratchDatabase(), scratchDatabase()]);
    const log = await EmbeddedLog.open({ databaseUrl: logDatabase.url });
    await log.ensureTopics(topicSpecs({ partitions: 2 }));
    const madeUp = new MadeUpService(log, database, logDatabase);
    madeUp.service = await madeUp.another();
    return madeUp;
  }

  /** One more on the same log and, unless told otherwise, the same database. */
  another(options: Partial<StartOptions> = {}, as: Partial<ServiceDefinition> = {}): Promise<RunningService> {
    const logger = createLogger({ level: 'debug', destination: { write: (line) => void this.lines.push(line) } });
    const usual = { log: this.log, databaseUrl: this.database.url, tokens, logger, migrate: true, poolSize: 5 };
    const listen = { host: '127.0.0.1', port: 0 };
    return startService({ ...definition, ...as }, { ...usual, listen, shutdownMs: 10_000, ...options });
  }

  async close(): Promise<void> {
    await this.service.close();
    await this.log.close();
    await Promise.all([this.database.drop(), this.logDatabase.drop()]);
  }

  call(path: string, { token = 'all', headers = {}, ...rest }: CallOptions = {}): Promise<Response> {
    const authorization = token === null ? {} : { authorization: `Bearer ${token}` };
    return fetch(`${this.service.url}${path}`, { ...rest, headers: { ...authorization, ...headers } });
  }

  get(path: string, token: string | null = 'all'): Promise<Response> {
    return this.call(`/segmentation/v1${path}`, { token });
  }

  post(path: string, body: unknown, headers: Record<string, string> = {}, token = 'all'): Promise<Response> {
    return this.call(`/segmentation/v1${path}`, {
      method: 'POST',
      body: typeof body === 'string' ? body : JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...headers },
      token,
    });
  }
}

/** The problem that a response holds, in the form that every one has. */
export const problemOf = async (response: Response) => {
  expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json(;|$)/);
  const problem = (await response.json()) as Record<string, unknown>;
  expect(problem['status']).toBe(response.status);
  expect(problem['type']).toBe(`urn:tessera:problem:${String(problem['code'])}`);
  expect(problem['instance']).toMatch(/^urn:uuid:[0-9a-f-]{36}$/);
  return problem;
};

export async function expectSoon(check: () => Promise<boolean>, withinMs = 10_000): Promise<void> {
  const end = performance.now() + withinMs;
  while (!(await check())) {
    if (performance.now() > end) throw new Error(`did not come to pass within ${withinMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
