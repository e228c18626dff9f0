import { purchaseCreated, purchaseRefunded, topicSpecs } from '@tessera/contracts';
import { tokenFrom } from '@tessera/platform-auth';
import { EmbeddedLog, type Log, type LogRecord, type PartitionOffsets } from '@tessera/platform-bus';
import { createLogger, type RunningService, startService } from '@tessera/platform-service';
import { type ScratchDatabase, scratchDatabase } from '@tessera/platform-testing';
import { collector } from '../collector.definition.js';

type Answer = {
  accepted: number;
  results: { index: number; status: string; issues?: { path: string; reason: string }[] }[];
  code?: string;
  issues?: { path: string }[];
};

const purchase = (n: number) => ({
  type: 'purchase.created',
  data: {
    purchaseId: `p${n}`,
    memberId: `m${n % 7}`,
    purchasedAt: '2026-01-01T00:00:00Z',
    currency: 'EUR',
    totalMinor: n,
  },
});

const refund = (n: number) => ({
  type: 'purchase.refunded',
  data: {
    refundId: `r${n}`,
    purchaseId: `p${n}`,
    memberId: `m${n % 7}`,
    refundedAt: '2026-01-02T00:00:00Z',
    whole: true,
  },
});

describe('POST /collector/v1/events', () => {
  let scratch: ScratchDatabase;
  let log: EmbeddedLog;
  let service: RunningService;
  let append: Log['append'];
  let before: readonly PartitionOffsets[];

  const post = (
    body: unknown,
    { token = 'shop', headers = {} }: { token?: string; headers?: Record<string, string> } = {},
  ) =>
    fetch(`${service.url}/collector/v1/events`, {
      method: 'POST',
      body: typeof body === 'string' ? body : JSON.stringify(body),
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
    });
  const answerOf = async (response: Response) => (await response.json()) as Answer;

  /** What came to the log since the test began. */
  const logged = async (topic: string): Promise<LogRecord[]> => {
    const read = before
      .filter((each) => each.topic === topic)
      .map(({ partition, end }) => log.read({ topic, partition, offset: end, limit: 10_000 }));
    return (await Promise.all(read)).flat();
  };

  beforeAll(async () => {
    scratch = await scratchDatabase();
    log = await EmbeddedLog.open({ databaseUrl: scratch.url });
    await log.ensureTopics(topicSpecs({ partitions: 2 }));
    service = await startService(collector, {
      log: new Proxy<Log>(log, {
        get: (target, key) => {
          if (key === 'append') return (...args: Parameters<Log['append']>) => append(...args);
          const value: unknown = Reflect.get(target, key);
          return typeof value === 'function' ? value.bind(target) : value;
        },
      }),
      databaseUrl: null,
      tokens: [
        tokenFrom('shop', { name: 'shop', scopes: ['collect'] }),
        tokenFrom('other', { name: 'other', scopes: ['read', 'write', 'admin'] }),
      ],
      logger: createLogger({ level: 'silent' }),
      listen: { host: '127.0.0.1', port: 0 },
    });
  });

  beforeEach(async () => {
    append = (records) => log.append(records);
    before = await log.offsets([purchaseCreated.topic, purchaseRefunded.topic]);
  });

  afterAll(async () => {
    await service.close();
    await log.close();
    await scratch.drop();
  });

  it('takes one event, and has it on the log when it says so', async () => {
    const response = await post(purchase(1));
    expect([response.status, await answerOf(response)]).toEqual([
      202,
      { accepted: 1, results: [{ index: 0, status: 'accepted' }] },
    ]);

    const [record] = await logged(purchaseCreated.topic);
    expect(record?.key).toBe('m1');
    expect(record?.headers).toMatchObject({
      ce_type: 'purchase.created',
      ce_subject: 'm1',
      ce_source: 'urn:tessera:collector',
    });
    expect(record?.headers['ce_id']).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
    expect(JSON.parse(record?.value?.toString('utf8') ?? '')).toMatchObject({ purchaseId: 'p1', totalMinor: 1 });
  });

  it('takes a thousand, of both kinds, in the order sent', async () => {
    const events = Array.from({ length: 500 }, (_, n) => [purchase(n), refund(n)]).flat();
    const response = await post(events);
    expect([response.status, (await answerOf(response)).accepted]).toEqual([202, 1_000]);

    const purchases = await logged(purchaseCreated.topic);
    expect(purchases).toHaveLength(500);
    expect(await logged(purchaseRefunded.topic)).toHaveLength(500);
    const ofOne = purchases
      .filter(({ key }) => key === 'm3')
      .map(({ value }) => JSON.parse(String(value)) as { totalMinor: number });
    expect(ofOne.map(({ totalMinor }) => totalMinor)).toEqual(
      Array.from({ length: ofOne.length }, (_, n) => 3 + 7 * n),
    );
  });

  it('judges each of a list by itself', async () => {
    const response = await post([purchase(1), { ...purchase(2), type: 'member.registered' }, purchase(3), null]);
    const { accepted, results } = await answerOf(response);
    expect([response.status, accepted]).toEqual([202, 2]);
    expect(results.map(({ status }) => status)).toEqual(['accepted', 'refused', 'accepted', 'refused']);
    expect(results[1]?.issues).toEqual([
      {
        path: 'type',
        reason: 'must be purchase.created or purchase.refunded or behavior.recorded or catalog.item-changed',
      },
    ]);
    expect(await logged(purchaseCreated.topic)).toHaveLength(2);
  });

  it('answers 422 with every issue when all are refused', async () => {
    const response = await post([{ ...purchase(1), data: { memberId: 'm1' } }, {}]);
    expect(response.status).toBe(422);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    const { code, accepted, results, issues } = await answerOf(response);
    expect([code, accepted, results.length]).toEqual(['events-refused', 0, 2]);
    expect(issues?.map(({ path }) => path)).toEqual(expect.arrayContaining(['[0].data.purchaseId', '[1].type']));
    expect(await logged(purchaseCreated.topic)).toEqual([]);
  });

  it.each([
    ['an empty list', '[]', 400, 'request-invalid'],
    ['too many', JSON.stringify(Array.from({ length: 1_001 }, (_, n) => purchase(n))), 400, 'request-invalid'],
    ['a number', '7', 400, 'request-invalid'],
    ['nothing', '', 400, 'request-invalid'],
    ['null', 'null', 400, 'request-invalid'],
    ['no JSON', '{"type":', 400, 'json-invalid'],
    ['more than 16 MiB', `"${'x'.repeat(16 * 1024 * 1024)}"`, 413, 'body-too-large'],
  ])('refuses %s', async (_case, body, status, code) => {
    const response = await post(body);
    expect([response.status, (await answerOf(response)).code]).toEqual([status, code]);
  });

  it('takes more than the usual megabyte', async () => {
    const lines = Array.from({ length: 500 }, (_, n) => ({
      sku: `sku-${n}`,
      name: 'n'.repeat(100),
      quantity: 1,
      unitPriceMinor: 1,
    }));
    const events = Array.from({ length: 100 }, (_, n) => ({ ...purchase(n), data: { ...purchase(n).data, lines } }));
    expect((await post(events)).status).toBe(202);
  });

  it('takes the media types of CloudEvents, and no form', async () => {
    expect(
      (await post(purchase(1), { headers: { 'content-type': 'application/cloudevents+json; charset=utf-8' } })).status,
    ).toBe(202);
    expect(
      (await post([purchase(1)], { headers: { 'content-type': 'application/cloudevents-batch+json' } })).status,
    ).toBe(202);
    expect((await post('type=a', { headers: { 'content-type': 'application/x-www-form-urlencoded' } })).status).toBe(
      415,
    );
  });

  it('carries on the trace it is part of, and no nonsense in its place', async () => {
    const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
    await post(purchase(1), { headers: { traceparent } });
    await post(purchase(8), { headers: { traceparent: 'nonsense' } });
    const records = await logged(purchaseCreated.topic);
    expect(records.map(({ headers }) => headers['traceparent'])).toEqual([traceparent, undefined]);
  });

  it('lets in only who may collect', async () => {
    expect((await post(purchase(1), { token: 'stranger' })).status).toBe(401);
    expect((await post(purchase(1), { token: 'other' })).status).toBe(403);
    expect(await logged(purchaseCreated.topic)).toEqual([]);
  });

  it('says 503 and when to come back while the log is away, and works again after', async () => {
    append = () => Promise.reject(new Error('connect ECONNREFUSED'));
    const response = await post(purchase(1));
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('5');
    expect((await answerOf(response)).code).toBe('log-unavailable');

    append = (records) => log.append(records);
    expect((await post(purchase(1))).status).toBe(202);
  });

  it('says nothing before the events are durable', async () => {
    let take: () => void = () => undefined;
    append = (records) =>
      new Promise((resolve, reject) => (take = () => void log.append(records).then(resolve, reject)));
    let answered = false;
    const response = post(purchase(1)).finally(() => (answered = true));
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(answered).toBe(false);
    take();
    expect((await response).status).toBe(202);
  });

  it('counts, documents and reports itself like any service', async () => {
    await post([purchase(1), {}]);
    const metrics = await service.metrics();
    expect(metrics).toMatch(
      /tessera_collector_events_total\{type="purchase.created",outcome="accepted",service="collector"\} [1-9]/,
    );
    expect(metrics).toMatch(
      /tessera_collector_events_total\{type="unknown",outcome="refused",service="collector"\} [1-9]/,
    );
    expect(await service.isReady()).toBe(true);
    expect(await service.progress()).toMatchObject({ service: 'collector', lag: 0, outbox: 0 });
    const document = await (await fetch(`${service.url}/collector/v1/openapi.json`)).text();
    expect(document).toContain('purchase.refunded');
    expect(document).toContain('totalMinor');
    expect(document).not.toContain('#/definitions/');
  });
});
