import { randomUUID } from 'node:crypto';
import { Body, Controller, Get, HttpCode, Module, Param, Post, Query } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import { contractFor, purchaseCreated, type PurchaseCreated, encode, topicSpecs } from '@tessera/contracts';
import { Public, Scopes, tokenFrom } from '@tessera/platform-auth';
import { EmbeddedLog } from '@tessera/platform-bus';
import { rows } from '@tessera/platform-database';
import { IdempotencyKey, IdempotentRequests, pageQuery, type PageQuery } from '@tessera/platform-http';
import { type Batch, FromLog } from '@tessera/platform-messaging';
import { type ScratchDatabase, scratchDatabase } from '@tessera/platform-testing';
import { DataSource, type MigrationInterface, type QueryRunner } from 'typeorm';
import { z } from 'zod';
import type { RunningService, ServiceDefinition } from './definition.js';
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

const definition: ServiceDefinition = {
  name: 'segmentation',
  description: 'A service for its spec.',
  consumes: [purchaseCreated],
  produces: [],
  migrations: [Seen1767225700000],
  entities: [],
  module: SpecModule,
};

const tokens = [
  tokenFrom('all', { name: 'all', scopes: ['collect', 'read', 'write', 'admin'] }),
  tokenFrom('reader', { name: 'reader', scopes: ['read'] }),
  tokenFrom('writer', { name: 'writer', scopes: ['write'] }),
];

const purchase = (purchaseId: string) =>
  encode(
    purchaseCreated,
    { purchaseId, memberId: 'm1', purchasedAt: '2026-01-01T00:00:00.000Z', currency: 'EUR', totalMinor: 100 },
    { id: randomUUID(), source: 'urn:spec', time: new Date('2026-01-01T00:00:00.000Z') },
  );

describe('startService', () => {
  let scratch: ScratchDatabase;
  let logScratch: ScratchDatabase;
  let log: EmbeddedLog;
  let service: RunningService;
  const lines: string[] = [];
  const logger = createLogger({ level: 'debug', destination: { write: (line) => void lines.push(line) } });

  const start = (overrides: Partial<Parameters<typeof startService>[1]> = {}, as: Partial<ServiceDefinition> = {}) =>
    startService(
      { ...definition, ...as },
      {
        log,
        databaseUrl: scratch.url,
        tokens,
        logger,
        listen: { host: '127.0.0.1', port: 0 },
        migrate: true,
        poolSize: 5,
        shutdownMs: 10_000,
        ...overrides,
      },
    );

  const call = (
    path: string,
    {
      token = 'all',
      headers = {},
      ...rest
    }: { token?: string | null; headers?: Record<string, string> } & Omit<RequestInit, 'headers'> = {},
  ) =>
    fetch(`${service.url}${path}`, {
      ...rest,
      headers: { ...(token !== null && { authorization: `Bearer ${token}` }), ...headers },
    });
  const get = (path: string, token?: string | null) =>
    call(`/segmentation/v1${path}`, token === undefined ? {} : { token });
  const post = (path: string, body: unknown, headers: Record<string, string> = {}, token = 'all') =>
    call(`/segmentation/v1${path}`, {
      method: 'POST',
      body: typeof body === 'string' ? body : JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...headers },
      token,
    });
  const problemOf = async (response: Response) => {
    expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json(;|$)/);
    const problem = (await response.json()) as Record<string, unknown>;
    expect(problem['status']).toBe(response.status);
    expect(problem['type']).toBe(`urn:tessera:problem:${String(problem['code'])}`);
    expect(problem['instance']).toMatch(/^urn:uuid:[0-9a-f-]{36}$/);
    return problem;
  };

  beforeAll(async () => {
    [scratch, logScratch] = await Promise.all([scratchDatabase(), scratchDatabase()]);
    log = await EmbeddedLog.open({ databaseUrl: logScratch.url });
    await log.ensureTopics(topicSpecs({ partitions: 2 }));
    service = await start();
  });

  afterAll(async () => {
    await service.close();
    await log.close();
    await Promise.all([scratch.drop(), logScratch.drop()]);
  });

  describe('tokens', () => {
    it.each([
      ['no token', null, 401, 'token-missing'],
      ['a token nobody gave', 'stranger', 401, 'token-unknown'],
      ['a token without the scope', 'writer', 403, 'scope-missing'],
    ])('turns %s away', async (_case, token, status, code) => {
      const response = await get('/things', token);
      expect(response.status).toBe(status);
      expect(response.headers.get('www-authenticate')).toMatch(/^Bearer realm="tessera"/);
      expect(await problemOf(response)).toMatchObject({ code });
    });

    it.each(['Basic YWxsOmFsbA==', 'Bearer', 'Bearer ', 'all', 'Bearer all all'])(
      'does not take %j',
      async (header) => {
        const response = await call('/segmentation/v1/things', { token: null, headers: { authorization: header } });
        expect(response.status).toBe(401);
      },
    );

    it('asks for read to read, write to change, admin for admin, and for nothing where it is public', async () => {
      expect((await get('/things', 'reader')).status).toBe(200);
      expect((await post('/things/plain', { name: 'a', size: 1 }, {}, 'reader')).status).toBe(403);
      expect((await post('/things/plain', { name: 'a', size: 1 }, {}, 'writer')).status).toBe(201);
      expect((await get('/things/secret', 'reader')).status).toBe(403);
      expect((await get('/things/secret')).status).toBe(200);
      expect((await get('/admin/dead-letters', 'reader')).status).toBe(403);
      expect((await get('/things/open', null)).status).toBe(200);
    });

    it('turns strangers away before it reads what they send', async () => {
      const response = await post('/things', '{"name": ', {}, 'stranger');
      expect(response.status).toBe(401);
    });

    it('knows a route also by another spelling of it', async () => {
      const response = await call('/%73egmentation/v1/things/plain', { method: 'POST', token: null, body: '{' });
      expect(await problemOf(response)).toMatchObject({ status: 401, code: 'token-missing' });
    });

    it('does not tell strangers which routes there are', async () => {
      expect((await get('/nothing', null)).status).toBe(401);
    });
  });

  describe('problems', () => {
    it('lists every issue of a body', async () => {
      const response = await post('/things', { name: '', size: 0.5, colour: 'red' }, { 'idempotency-key': 'k0' });
      expect(response.status).toBe(400);
      const { code, issues } = await problemOf(response);
      expect(code).toBe('request-invalid');
      expect((issues as { path: string }[]).map(({ path }) => path).sort()).toEqual(['', 'name', 'size']);
    });

    it.each(['limit=0', 'limit=501', 'limit=ten', 'limit=1&limit=2', 'limit[a]=1&cursor=a&cursor=b'])(
      'refuses ?%s',
      async (query) => {
        const response = await get(`/things?${query}`);
        expect(response.status).toBe(400);
        expect(await problemOf(response)).toMatchObject({ code: 'request-invalid' });
      },
    );

    it.each([
      ['a body that is no JSON', '{"name": ', 'application/json', 400, 'json-invalid'],
      ['a body that poisons prototypes', '{"__proto__": {"a": 1}}', 'application/json', 400, 'json-invalid'],
      ['a body that is not the shape', '[]', 'application/json', 400, 'request-invalid'],
      ['another media type', 'name=a', 'application/x-www-form-urlencoded', 415, 'media-type-unsupported'],
      ['text', 'hello', 'text/plain', 415, 'media-type-unsupported'],
      ['more than it takes', `"${'x'.repeat(1024 * 1024)}"`, 'application/json', 413, 'body-too-large'],
    ])('refuses %s', async (_case, body, type, status, code) => {
      const response = await post('/things/plain', body, { 'content-type': type });
      expect(response.status).toBe(status);
      expect(await problemOf(response)).toMatchObject({ code });
    });

    it('takes a body of no bytes for none', async () => {
      const response = await post('/things/plain', '');
      expect([response.status, await response.json()]).toEqual([201, { body: null }]);
    });

    it.each([
      ['/things/abcd', 400, 'request-invalid'],
      ['/things/abc', 404, 'thing-unknown'],
      ['/nothing', 404, 'not-found'],
      ['/%', 400, 'url-invalid'],
    ])('answers %s with %i', async (path, status, code) => {
      const response = await get(path);
      expect(response.status).toBe(status);
      expect(await problemOf(response)).toMatchObject({ code });
    });

    it('tells nothing of a defect but where the log has it', async () => {
      const response = await get('/things/broken');
      expect(response.status).toBe(500);
      const problem = await problemOf(response);
      expect(JSON.stringify(problem)).not.toContain('fire');
      const requestId = String(problem['instance']).replace('urn:uuid:', '');
      const line = lines.find((each) => each.includes(requestId) && each.includes('request failed')) ?? '{}';
      expect(JSON.parse(line)).toMatchObject({
        service: 'segmentation',
        level: 'error',
        requestId,
        err: { message: 'the house is on fire' },
      });
    });
  });

  it('answers a repeated write with the first answer, over HTTP', async () => {
    expect(await problemOf(await post('/things', { name: 'a', size: 1 }))).toMatchObject({
      status: 400,
      code: 'idempotency-key-missing',
    });
    const first = await post('/things', { name: 'a', size: 1 }, { 'idempotency-key': 'k1' });
    const again = await post('/things', { size: 1, name: 'a' }, { 'idempotency-key': 'k1' });
    expect([again.status, await again.text()]).toEqual([201, await first.text()]);
    const other = await post('/things', { name: 'b', size: 1 }, { 'idempotency-key': 'k1' });
    expect(await problemOf(other)).toMatchObject({ status: 409, code: 'idempotency-key-reused' });
  });

  it('consumes, and shows how far it is', async () => {
    await log.append(
      [purchase('p1'), purchase('p2')].map(({ key, value, headers }) => ({
        topic: purchaseCreated.topic,
        key,
        value: Buffer.from(value),
        headers,
      })),
    );
    await expectSoon(async () => (await service.progress()).handled === 2);

    const progress = (await (await get('/progress', 'reader')).json()) as Record<string, unknown>;
    expect(progress).toMatchObject({
      service: 'segmentation',
      handled: 2,
      lag: 0,
      outbox: 0,
      parked: [],
      deadLetters: 0,
    });
    expect(progress['exitsAppliedUntil']).toMatch(/^\d{4}-.*Z$/);
    expect(await (await get('/admin/parked')).json()).toEqual({ items: [], nextCursor: null });
  });

  it('shows dead letters to operators, who replay or discard them', async () => {
    await log.append([{ topic: purchaseCreated.topic, key: 'm1', value: Buffer.from('not json'), headers: {} }]);
    await expectSoon(async () => (await service.progress()).deadLetters === 1);

    const page = (await (await get('/admin/dead-letters?status=open')).json()) as { items: { id: string }[] };
    const id = page.items[0]?.id ?? '';
    expect(await (await get(`/admin/dead-letters/${id}`)).json()).toMatchObject({ id, value: 'not json' });
    expect(await problemOf(await post(`/admin/dead-letters/${id}/replay`, ''))).toMatchObject({ status: 422 });
    expect((await post(`/admin/dead-letters/${id}/discard`, '')).status).toBe(204);
    expect(await problemOf(await post(`/admin/dead-letters/${id}/discard`, ''))).toMatchObject({ status: 409 });
    expect(await problemOf(await get(`/admin/dead-letters/${randomUUID()}`))).toMatchObject({ status: 404 });
    expect(await problemOf(await get('/admin/dead-letters/nonsense'))).toMatchObject({ status: 400 });
    expect(await problemOf(await get('/admin/dead-letters?status=lost'))).toMatchObject({ status: 400 });
    expect(await problemOf(await get('/admin/dead-letters?cursor=zzz'))).toMatchObject({ status: 400 });
    expect(await problemOf(await get('/admin/parked?cursor=zzz'))).toMatchObject({ status: 400 });
  });

  it("keeps a handler's own error as the cause of a dead letter", async () => {
    const { key, value, headers } = purchase('p1');
    await log.append([{ topic: purchaseCreated.topic, key, value: Buffer.from(value), headers }]);
    await expectSoon(async () => (await service.progress()).deadLetters === 1);

    const page = (await (await get('/admin/dead-letters?status=open')).json()) as { items: { id: string }[] };
    expect(page.items).toMatchObject([{ code: '23505', detail: expect.stringContaining('duplicate key') }]);
    await post(`/admin/dead-letters/${page.items[0]?.id}/discard`, '');
  });

  it('serves health, readiness, metrics and documentation to everyone', async () => {
    expect(await (await call('/healthz', { token: null })).json()).toEqual({ status: 'ok', service: 'segmentation' });
    expect(await (await call('/readyz', { token: null })).json()).toEqual({
      status: 'ready',
      service: 'segmentation',
      checks: { database: true, log: true, consumers: true, requests: true },
    });
    const metrics = await (await call('/metrics', { token: null })).text();
    expect(metrics).toContain(
      'tessera_events_total{topic="purchase.created",outcome="handled",service="segmentation"}',
    );
    expect(metrics).toContain('tessera_lag_events{service="segmentation"} 0');
    expect(metrics).toContain('tessera_levels_readable{service="segmentation"} 1');
    expect(metrics).toMatch(/tessera_http_request_seconds_count\{.*route="\/segmentation\/v1\/things\/:id"/);
    expect(metrics).toContain('process_resident_memory_bytes');

    const ui = await call('/segmentation/v1/docs', { token: null });
    expect([ui.status, await ui.text()]).toEqual([200, expect.stringContaining('SwaggerUIBundle')]);
    expect((await call('/segmentation/v1/docs/swagger-ui-bundle.js', { token: null })).status).toBe(200);
  });

  it('describes its routes from their schemas', async () => {
    const document = (await (await call('/segmentation/v1/openapi.json', { token: null })).json()) as {
      paths: Record<string, Record<string, { responses: object; requestBody?: object }>>;
      components: { schemas: object };
    };
    expect(Object.keys(document.paths)).toEqual(
      expect.arrayContaining([
        '/segmentation/v1/things',
        '/segmentation/v1/progress',
        '/segmentation/v1/admin/dead-letters/{id}/replay',
      ]),
    );
    expect(document.components.schemas).toMatchObject({
      Thing: { type: 'object' },
      Problem: { type: 'object' },
      Issue: { type: 'object' },
    });
    expect(JSON.stringify(document.paths['/segmentation/v1/things']?.['post']?.requestBody)).toContain(
      '#/components/schemas/Thing',
    );
    expect(JSON.stringify(document.paths['/segmentation/v1/things']?.['get']?.responses)).toContain(
      'application/problem+json',
    );
  });

  it('refuses to start on a database without its tables, and without a database it needs', async () => {
    const empty = await scratchDatabase();
    try {
      await expect(start({ databaseUrl: empty.url, migrate: false })).rejects.toThrow('tessera migrate');
      await expect(start({ databaseUrl: null })).rejects.toThrow('needs a database');
    } finally {
      await empty.drop();
    }
  });

  it('refuses to start when it does not handle what it says it consumes', async () => {
    const other = await scratchDatabase();
    const refunded = contractFor('purchase.refunded');
    if (!refunded) throw new Error('purchase.refunded is no contract');
    try {
      await expect(start({ databaseUrl: other.url }, { name: 'ledger', consumes: [refunded] })).rejects.toThrow(
        'says it consumes',
      );
    } finally {
      await other.drop();
    }
  });

  it('limits what one token may send, and tells when to go on', async () => {
    const other = await scratchDatabase();
    const limited = await start(
      { databaseUrl: other.url, http: { rateLimit: { max: 2, windowMs: 60_000 } } },
      { name: 'campaign' },
    );
    const ask = (token: string) =>
      fetch(`${limited.url}/campaign/v1/things`, { headers: { authorization: `Bearer ${token}` } });
    try {
      expect([(await ask('all')).status, (await ask('all')).status]).toEqual([200, 200]);
      const refused = await ask('all');
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(await problemOf(refused)).toMatchObject({ status: 429, code: 'rate-limit-exceeded' });
      expect((await ask('reader')).status).toBe(200);
      for (let n = 0; n < 5; n += 1) expect((await fetch(`${limited.url}/healthz`)).status).toBe(200);
    } finally {
      await limited.close();
      await other.drop();
    }
  });

  it('answers what it has begun, then closes everything, and can be started again', async () => {
    const slow = get('/things/slow');
    await new Promise((resolve) => setTimeout(resolve, 100));
    const closing = service.close();
    await new Promise((resolve) => setTimeout(resolve, 20));
    const late = await get('/things').catch(() => null);
    if (late) expect(await problemOf(late)).toMatchObject({ status: 503, code: 'service-closing' });
    expect(await (await slow).json()).toEqual({ slow: true });
    await closing;
    await service.close();
    await expect(get('/things')).rejects.toThrow();
    expect(await log.isReady()).toBe(true);

    service = await start();
    const database = new DataSource({ type: 'postgres', url: scratch.url });
    await database.initialize();
    expect(await database.query('SELECT id FROM seen ORDER BY id')).toEqual([{ id: 'p1' }, { id: 'p2' }]);
    await database.destroy();
    expect((await service.progress()).handled).toBe(4);
  });
});

async function expectSoon(check: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + 10_000;
  while (!(await check())) {
    if (performance.now() > end) throw new Error('did not come to pass within 10 s');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
