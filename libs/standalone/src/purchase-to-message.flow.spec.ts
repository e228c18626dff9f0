import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { defaultProgram, purchaseCreated, purchaseRefunded, topicSpecs } from '@tessera/contracts';
import { tokenFrom } from '@tessera/platform-auth';
import { EmbeddedLog, KafkaLog, type Log } from '@tessera/platform-bus';
import { removeDataFolder } from '@tessera/platform-database/embedded';
import { createLogger, type RunningService, startService } from '@tessera/platform-service';
import { type ScratchDatabase, scratchDatabase } from '@tessera/platform-testing';
import { openTelemetry, type Telemetry } from '@tessera/platform-tracing';
import { simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import { type CollectedSpan, type OtlpCollector, otlpCollector } from './otlp-collector.features.js';
import { serviceDefinitions } from './service-definitions.js';
import { type Standalone, startStandalone } from './start-standalone.js';

const TOKEN = 'flow';
const contactKeys = [{ id: 'k1', key: randomBytes(32).toString('base64') }];
/** What the checkout itself calls its second purchase: the trace that all that follows belongs to, and its own span in it. */
const CHECKOUT = { traceId: randomBytes(16).toString('hex'), spanId: randomBytes(8).toString('hex') };
const brokers = process.env['TESSERA_TEST_KAFKA'];

const adapters: readonly (readonly [string, (database: () => Promise<string>) => Promise<Log>])[] = [
  ['the embedded log', async (database) => EmbeddedLog.open({ databaseUrl: await database() })],
  [
    'Apache Kafka',
    () =>
      KafkaLog.open({
        brokers: (brokers ?? '').split(','),
        clientId: 'flow',
        namespace: `flow-${randomUUID()}.`,
        sessionTimeoutMs: 6_000,
        logger: createLogger({ level: 'silent' }),
      }),
  ],
];

type Mail = Readonly<{ to: string; messageId: string; subject: string; text: string }>;

const eventually = async (what: () => Promise<void>): Promise<void> => {
  for (let turn = 0; ; turn += 1) {
    try {
      await what();
      return;
    } catch (error) {
      if (turn === 600) throw error;
      await sleep(50);
    }
  }
};

/**
 * What a purchase sets off, told as a story: points, a tier, a segment, recommendations, and one message, by the real services over
 * a real log and a real SMTP conversation. Nothing in it is timed; each step waits until what it asks for is so.
 */
describe.each(adapters)('from a purchase to a message, on %s', (name, openLog) => {
  const story = name === 'Apache Kafka' && !brokers ? it.skip : it;
  const services = new Map<string, RunningService>();
  const databases: ScratchDatabase[] = [];
  const mails: Mail[] = [];
  let log: Log | undefined;
  let smtp: SMTPServer | undefined;
  let spans: OtlpCollector | undefined;
  let telemetry: Telemetry | undefined;

  const ask = async (
    path: string,
    { method = 'GET', body, headers = {} }: { method?: string; body?: unknown; headers?: Record<string, string> } = {},
  ): Promise<{ status: number; body: Record<string, unknown> }> => {
    const service = path.split('/')[1] ?? '';
    const response = await fetch(`${services.get(service)?.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${TOKEN}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown> };
  };

  const untilIdle = (): Promise<void> => {
    let before = '';
    return eventually(async () => {
      const all = await Promise.all([...services.values()].map((service) => service.progress()));
      const counts = JSON.stringify(all.map(({ handled }) => handled));
      const wasSo = counts === before;
      before = counts;
      expect(all.map(({ lag, outbox, work }) => lag + outbox + work)).toEqual(all.map(() => 0));
      expect(wasSo).toBe(true);
    });
  };

  const send = (type: string, data: object, headers: Record<string, string> = {}): Promise<unknown> =>
    ask('/collector/v1/events', { method: 'POST', body: { type, data }, headers });

  const purchase = (purchaseId: string, totalMinor: number, sku: string) => ({
    purchaseId,
    memberId: 'anna',
    purchasedAt: new Date().toISOString(),
    currency: 'EUR',
    totalMinor,
    lines: [{ sku, name: `The ${sku}`, quantity: 1, unitPriceMinor: totalMinor }],
  });

  beforeAll(async () => {
    if (name === 'Apache Kafka' && !brokers) return;
    const database = async (): Promise<string> => {
      const scratch = await scratchDatabase();
      databases.push(scratch);
      return scratch.url;
    };
    smtp = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      onData: (stream, _session, done) => {
        simpleParser(stream).then(({ to, messageId, subject, text }) => {
          const addressees = Array.isArray(to) ? to.map((one) => one.text).join() : (to?.text ?? '');
          mails.push({ to: addressees, messageId: messageId ?? '', subject: subject ?? '', text: text ?? '' });
          done();
        }, done);
      },
    });
    const listening = smtp.listen(0, '127.0.0.1');
    await new Promise((resolve) => listening.once('listening', resolve));
    const port = (listening.address() as { port: number }).port;

    spans = await otlpCollector();
    telemetry = openTelemetry({
      endpoint: spans.endpoint,
      ratio: 1,
      logAttributes: {},
      logger: createLogger({ level: 'silent' }),
    });
    log = await openLog(database);
    await log.ensureTopics(topicSpecs({ partitions: 3 }));
    for (const definition of serviceDefinitions) {
      const running = await startService(definition, {
        log,
        databaseUrl: definition.migrations.length > 0 ? await database() : null,
        tokens: [tokenFrom(TOKEN, { name: 'flow', scopes: ['collect', 'read', 'write', 'admin'] })],
        logger: createLogger({ level: 'silent' }),
        tracing: telemetry.tracing(definition.name),
        listen: { host: '127.0.0.1', port: 0 },
        migrate: true,
        settings: {
          smtpUrl: `smtp://127.0.0.1:${port}?ignoreTLS=true`,
          from: 'The Shop <hello@shop.example>',
          contactKeys,
        },
      });
      services.set(definition.name, running);
    }
  }, 180_000);
  afterAll(async () => {
    for (const service of services.values()) await service.close();
    await telemetry?.close();
    await spans?.close();
    await log?.close();
    await new Promise<void>((resolve) => (smtp ? smtp.close(() => resolve()) : resolve()));
    for (const database of databases) await database.drop();
  }, 120_000);

  story('a program is published, and Anna registers with her address and her consent', async () => {
    expect(await ask('/membership/v1/programs', { method: 'POST', body: defaultProgram('EUR') })).toMatchObject({
      status: 201,
    });
    const anna = {
      memberId: 'anna',
      contact: { name: 'Anna', email: 'anna@example.test' },
      consents: [{ channel: 'email', granted: true }],
    };
    expect(await ask('/membership/v1/members', { method: 'POST', body: anna })).toMatchObject({ status: 201 });
    await untilIdle();
  });

  story('two purchases earn points and a tier, and bring her into the segment of big spenders', async () => {
    await send(purchaseCreated.topic, purchase('p1', 600_00, 'teapot'));
    await send(purchaseCreated.topic, purchase('p2', 700_00, 'kettle'), {
      traceparent: `00-${CHECKOUT.traceId}-${CHECKOUT.spanId}-01`,
    });

    await eventually(async () => {
      // The second counts double: its tier is the one the first one reached.
      expect((await ask('/ledger/v1/members/anna/balance')).body).toMatchObject({ active: 600 + 2 * 700 });
      expect((await ask('/membership/v1/members/anna/tier')).body).toMatchObject({ tier: 'silver' });
      const { segments } = (await ask('/segmentation/v1/members/anna/segments')).body;
      expect((segments as { segment: string }[]).map(({ segment }) => segment)).toContain('big-180');
    });
  });

  story('she is recommended what she bought, and why is said', async () => {
    await eventually(async () => {
      const { items } = (await ask('/recommendation/v1/members/anna/recommendations')).body;
      expect((items as { sku: string }[]).map(({ sku }) => sku)).toEqual(expect.arrayContaining(['kettle']));
    });
  });

  story('one message thanks her, by her name', async () => {
    await eventually(async () => expect(mails).toHaveLength(1));
    await untilIdle();

    expect(mails).toMatchObject([
      { to: expect.stringContaining('anna@example.test'), text: expect.stringContaining('Anna') },
    ]);
    expect((await ask('/campaign/v1/members/anna/messages')).body['items']).toMatchObject([{ state: 'sent' }]);
  });

  story(
    'from the purchase that earned it to the message is one trace, through outboxes, log and services',
    async () => {
      const inTrace = (): CollectedSpan[] => (spans?.spans ?? []).filter(({ traceId }) => traceId === CHECKOUT.traceId);
      const seen = (): string[] => inTrace().map(({ service, kind, name: what }) => `${service}: ${kind} ${what}`);
      await eventually(async () =>
        expect(seen()).toEqual(
          expect.arrayContaining([
            'collector: server POST /collector/v1/events',
            'collector: producer send purchase.created',
            'membership: consumer process purchase.created',
            'ledger: consumer process purchase.created',
            'segmentation: consumer process purchase.created',
            'recommendation: consumer process purchase.created',
            'ledger: producer send points.changed',
            'segmentation: producer send segment.changed',
            'campaign: consumer process segment.changed',
            'campaign: client smtp send',
            'campaign: producer send message.changed',
          ]),
        ),
      );
      expect(seen().filter((line) => line.endsWith('smtp send'))).toHaveLength(1);
      expect(inTrace().filter(({ failed }) => failed)).toEqual([]);

      // Nothing in it hangs in the air: each span belongs to another one, and the first to the checkout's own.
      const known = new Set([CHECKOUT.spanId, ...inTrace().map(({ spanId }) => spanId)]);
      expect(inTrace().filter(({ parentSpanId = '' }) => !known.has(parentSpanId))).toEqual([]);
      // The batch in which an event was handled is a trace of its own, and the two know of each other.
      const process = inTrace().find(
        ({ service, name: what }) => `${service} ${what}` === 'ledger process purchase.created',
      );
      const batch = spans?.spans.find(({ spanId }) => process?.links.includes(spanId));
      expect(batch).toMatchObject({ service: 'ledger', name: 'process batch of purchase.created', failed: false });
      expect(batch?.links).toContain(process?.parentSpanId);
    },
  );

  story('a checkout that sends everything again changes nothing', async () => {
    const again = { ...purchase('p1', 600_00, 'teapot') };
    const before = (await ask('/ledger/v1/members/anna/statement')).body;
    await send(purchaseCreated.topic, { ...again, totalMinor: 1 });
    await untilIdle();

    expect((await ask('/ledger/v1/members/anna/statement')).body).toEqual(before);
    expect((await ask('/ledger/v1/admin/dead-letters')).body['items']).toMatchObject([{ code: 'conflict' }]);
    expect(mails).toHaveLength(1);
  });

  story('a refund takes points and segment back; coming back into it sends no second message', async () => {
    await send(purchaseRefunded.topic, {
      refundId: 'r1',
      purchaseId: 'p2',
      memberId: 'anna',
      refundedAt: new Date().toISOString(),
      whole: true,
    });
    await eventually(async () => {
      expect((await ask('/ledger/v1/members/anna/balance')).body).toMatchObject({ active: 600 });
      const { segments } = (await ask('/segmentation/v1/members/anna/segments')).body;
      expect((segments as { segment: string }[]).map(({ segment }) => segment)).not.toContain('big-180');
    });
    await send(purchaseCreated.topic, purchase('p3', 900_00, 'samovar'));
    await eventually(async () => {
      const { segments } = (await ask('/segmentation/v1/members/anna/segments')).body;
      expect((segments as { segment: string }[]).map(({ segment }) => segment)).toContain('big-180');
    });
    await untilIdle();

    expect(mails).toHaveLength(1);
    expect((await ask('/ledger/v1/books')).body).toMatchObject({ balanced: true });
  });
});

/** Ben bought both, Anna one of them: what she may want next comes through the front of `npm start` as through a service's own door. */
describe('from a purchase to what is bought along with it, in the standalone', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'tessera-flow-'));
  let standalone: Standalone;

  const ask = async (path: string, body?: object): Promise<Record<string, unknown>> => {
    const response = await fetch(`${standalone.url}${path}`, {
      method: body ? 'POST' : 'GET',
      headers: { authorization: `Bearer ${standalone.token}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
    return (await response.json()) as Record<string, unknown>;
  };
  const buys = (memberId: string, purchaseId: string, ...skus: string[]): object => ({
    type: purchaseCreated.topic,
    data: {
      ...{ purchaseId, memberId, purchasedAt: new Date().toISOString(), currency: 'EUR', totalMinor: 100 },
      lines: skus.map((sku) => ({ sku, name: `The ${sku}`, quantity: 1, unitPriceMinor: 100 })),
    },
  });

  beforeAll(async () => {
    const logger = createLogger({ level: 'silent' });
    standalone = await startStandalone({ dataDir, port: 0, host: '127.0.0.1', currency: 'EUR', logger });
  }, 120_000);
  afterAll(async () => {
    await standalone?.close();
    await removeDataFolder(dataDir);
  }, 60_000);

  it('recommends, with the reason, what others bought along with it', async () => {
    for (const memberId of ['anna', 'ben']) await ask('/membership/v1/members', { memberId });
    await ask('/collector/v1/events', buys('ben', 'p1', 'teapot', 'kettle'));
    await ask('/collector/v1/events', buys('anna', 'p2', 'teapot'));

    await eventually(async () => {
      const { items } = await ask('/recommendation/v1/members/anna/recommendations');
      expect(items).toMatchObject([
        { sku: 'teapot', name: 'The teapot', reason: { kind: 'own-frequency' } },
        { sku: 'kettle', name: 'The kettle', reason: { kind: 'bought-together', sku: 'teapot' } },
      ]);
      expect(await ask('/recommendation/v1/summary')).toMatchObject({ members: 2, lists: 2, items: 2 });
    });
    const { services } = (await (await fetch(`${standalone.url}/status.json`)).json()) as { services: object[] };
    expect(services).toContainEqual(expect.objectContaining({ name: 'recommendation', state: 'ready' }));
  }, 60_000);
});
