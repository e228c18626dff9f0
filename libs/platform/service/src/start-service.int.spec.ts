import { randomUUID } from 'node:crypto';
import { contractFor, purchaseCreated } from '@tessera/contracts';
import { scratchDatabase } from '@tessera/platform-testing';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import { expectSoon, MadeUpService, problemOf, purchase } from './made-up-service.features.js';

describe('startService', () => {
  let madeUp: MadeUpService;

  beforeAll(async () => {
    madeUp = await MadeUpService.start();
  });

  afterAll(() => madeUp.close());

  it('consumes, and shows how far it is', async () => {
    await madeUp.log.append(
      [purchase('p1'), purchase('p2')].map(({ key, value, headers }) => ({
        topic: purchaseCreated.topic,
        key,
        value: Buffer.from(value),
        headers,
      })),
    );
    await expectSoon(async () => (await madeUp.service.progress()).handled === 2);

    const progress = (await (await madeUp.get('/progress', 'reader')).json()) as Record<string, unknown>;
    expect(progress).toMatchObject({
      service: 'segmentation',
      handled: 2,
      lag: 0,
      outbox: 0,
      parked: [],
      deadLetters: 0,
    });
    expect(progress['exitsAppliedUntil']).toMatch(/^\d{4}-.*Z$/);
    expect(await (await madeUp.get('/admin/parked')).json()).toEqual({ items: [], nextCursor: null });
  });

  it('shows dead letters to operators, who replay or discard them', async () => {
    await madeUp.log.append([{ topic: purchaseCreated.topic, key: 'm1', value: Buffer.from('not json'), headers: {} }]);
    await expectSoon(async () => (await madeUp.service.progress()).deadLetters === 1);

    const page = (await (await madeUp.get('/admin/dead-letters?status=open')).json()) as { items: { id: string }[] };
    const id = page.items[0]?.id ?? '';
    expect(await (await madeUp.get(`/admin/dead-letters/${id}`)).json()).toMatchObject({ id, value: 'not json' });
    expect(await problemOf(await madeUp.post(`/admin/dead-letters/${id}/replay`, ''))).toMatchObject({ status: 422 });
    expect((await madeUp.post(`/admin/dead-letters/${id}/discard`, '')).status).toBe(204);
    expect(await problemOf(await madeUp.post(`/admin/dead-letters/${id}/discard`, ''))).toMatchObject({ status: 409 });
    expect(await problemOf(await madeUp.get(`/admin/dead-letters/${randomUUID()}`))).toMatchObject({ status: 404 });
    expect(await problemOf(await madeUp.get('/admin/dead-letters/nonsense'))).toMatchObject({ status: 400 });
    expect(await problemOf(await madeUp.get('/admin/dead-letters?status=lost'))).toMatchObject({ status: 400 });
    expect(await problemOf(await madeUp.get('/admin/dead-letters?cursor=zzz'))).toMatchObject({ status: 400 });
    expect(await problemOf(await madeUp.get('/admin/parked?cursor=zzz'))).toMatchObject({ status: 400 });
  });

  it("keeps a handler's own error as the cause of a dead letter", async () => {
    const { key, value, headers } = purchase('p1');
    await madeUp.log.append([{ topic: purchaseCreated.topic, key, value: Buffer.from(value), headers }]);
    await expectSoon(async () => (await madeUp.service.progress()).deadLetters === 1);

    const page = (await (await madeUp.get('/admin/dead-letters?status=open')).json()) as { items: { id: string }[] };
    expect(page.items).toMatchObject([{ code: '23505', detail: expect.stringContaining('duplicate key') }]);
    await madeUp.post(`/admin/dead-letters/${page.items[0]?.id}/discard`, '');
  });

  it('serves health, readiness, metrics and documentation to everyone', async () => {
    expect(await (await madeUp.call('/healthz', { token: null })).json()).toEqual({
      status: 'ok',
      service: 'segmentation',
    });
    expect(await (await madeUp.call('/readyz', { token: null })).json()).toEqual({
      status: 'ready',
      service: 'segmentation',
      checks: { database: true, log: true, consumers: true, requests: true },
    });
    await madeUp.get('/things/abc');
    const metrics = await (await madeUp.call('/metrics', { token: null })).text();
    expect(metrics).toContain(
      'tessera_events_total{topic="purchase.created",outcome="handled",service="segmentation"}',
    );
    expect(metrics).toContain('tessera_lag_events{service="segmentation"} 0');
    expect(metrics).toContain('tessera_levels_readable{service="segmentation"} 1');
    expect(metrics).toMatch(/tessera_http_request_seconds_count\{.*route="\/segmentation\/v1\/things\/:id"/);
    expect(metrics).toContain('process_resident_memory_bytes');

    const ui = await madeUp.call('/segmentation/v1/docs', { token: null });
    expect([ui.status, await ui.text()]).toEqual([200, expect.stringContaining('SwaggerUIBundle')]);
    expect((await madeUp.call('/segmentation/v1/docs/swagger-ui-bundle.js', { token: null })).status).toBe(200);
  });

  it('describes its routes from their schemas', async () => {
    const document = (await (await madeUp.call('/segmentation/v1/openapi.json', { token: null })).json()) as {
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
      await expect(madeUp.another({ databaseUrl: empty.url, migrate: false })).rejects.toThrow('MIGRATE=only');
      await expect(madeUp.another({ databaseUrl: null })).rejects.toThrow('needs a database');
    } finally {
      await empty.drop();
    }
  });

  it('refuses to start when it does not handle what it says it consumes', async () => {
    const other = await scratchDatabase();
    const refunded = contractFor('purchase.refunded');
    if (!refunded) throw new Error('purchase.refunded is no contract');
    try {
      await expect(
        madeUp.another({ databaseUrl: other.url }, { name: 'ledger', consumes: [refunded] }),
      ).rejects.toThrow('says it consumes');
    } finally {
      await other.drop();
    }
  });

  it('refuses to start on settings that are not what its definition asks for, and names them', async () => {
    const settings = z.object({ from: z.email() });

    await expect(madeUp.another({}, { settings })).rejects.toThrow('settings of segmentation are not usable: from: ');
    await expect(madeUp.another({ settings: { from: 'nobody' } }, { settings })).rejects.toThrow('from: ');
  });

  it('lets answers to requests go whose time is over', async () => {
    const database = await new DataSource({ type: 'postgres', url: madeUp.database.url }).initialize();
    await database.query(
      `INSERT INTO idempotent_requests (scope, key, body_hash, created_at)
       VALUES ('spec', 'old', '', now() - interval '8 days'), ('spec', 'new', '', now())`,
    );
    await madeUp.service.close();
    madeUp.service = await madeUp.another();
    try {
      const keys = () => database.query<{ key: string }[]>(`SELECT key FROM idempotent_requests WHERE scope = 'spec'`);
      await expectSoon(async () => (await keys()).length === 1);
      expect(await keys()).toEqual([{ key: 'new' }]);
    } finally {
      await database.destroy();
    }
  });

  it('answers what it has begun, then closes everything, and can be started again', async () => {
    const slow = madeUp.get('/things/slow');
    await new Promise((resolve) => setTimeout(resolve, 100));
    const closing = madeUp.service.close();
    await new Promise((resolve) => setTimeout(resolve, 20));
    const late = await madeUp.get('/things').catch(() => null);
    if (late) expect(await problemOf(late)).toMatchObject({ status: 503, code: 'service-closing' });
    expect(await (await slow).json()).toEqual({ slow: true });
    await closing;
    await madeUp.service.close();
    await expect(madeUp.get('/things')).rejects.toThrow();
    expect(await madeUp.log.isReady()).toBe(true);

    madeUp.service = await madeUp.another();
    const database = new DataSource({ type: 'postgres', url: madeUp.database.url });
    await database.initialize();
    expect(await database.query('SELECT id FROM seen ORDER BY id')).toEqual([{ id: 'p1' }, { id: 'p2' }]);
    await database.destroy();
    expect((await madeUp.service.progress()).handled).toBe(4);
  });
});
