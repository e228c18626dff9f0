import { randomBytes } from 'node:crypto';
import { defaultProgram, purchaseCreated, purchaseRefunded, topicSpecs } from '@tessera/contracts';
import type { Log } from '@tessera/platform-bus';
import { createLogger } from '@tessera/platform-service';
import { openTelemetry, type Telemetry } from '@tessera/platform-tracing';
import { FLOW_LOGS } from './flow-logs.features.js';
import { eventually, type FlowAnswer, type FlowRequest, FlowServices } from './flow-services.features.js';
import { KeptMails } from './kept-mails.features.js';
import { type CollectedSpan, type OtlpCollector, otlpCollector } from './otlp-collector.features.js';
import { serviceDefinitions } from './service-definitions.js';

/** What the checkout itself calls its second purchase: the trace that all that follows belongs to, and its own span in it. */
const CHECKOUT = { traceId: randomBytes(16).toString('hex'), spanId: randomBytes(8).toString('hex') };

/**
 * What a purchase sets off, told as a story: points, a tier, a segment, recommendations, and one message, by the real services over
 * a real log and a real SMTP conversation. Nothing in it is timed; each step waits until what it asks for is so.
 */
describe.each(FLOW_LOGS)('from a purchase to a message, on $name', ({ isThere, open }) => {
  const story = isThere ? it : it.skip;
  let services: FlowServices;
  let mailServer: KeptMails | undefined;
  let log: Log | undefined;
  let spans: OtlpCollector | undefined;
  let telemetry: Telemetry | undefined;

  const ask = (path: string, request?: FlowRequest): Promise<FlowAnswer> => services.ask(path, request);

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
    if (!isThere) return;
    mailServer = await KeptMails.open();
    services = new FlowServices(mailServer.url);
    spans = await otlpCollector();
    telemetry = openTelemetry({
      endpoint: spans.endpoint,
      ratio: 1,
      logAttributes: {},
      logger: createLogger({ level: 'silent' }),
    });
    log = await open(() => services.database('log'));
    await log.ensureTopics(topicSpecs({ partitions: 3 }));
    await services.startAll(serviceDefinitions, { log, telemetry });
  }, 180_000);
  afterAll(async () => {
    await services?.stopAll();
    await telemetry?.close();
    await spans?.close();
    await log?.close();
    await mailServer?.close();
    await services?.dropDatabases();
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
    await services.untilIdle();
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
    await eventually(async () => expect(mailServer?.mails).toHaveLength(1));
    await services.untilIdle();

    expect(mailServer?.mails).toMatchObject([
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
    await services.untilIdle();

    expect((await ask('/ledger/v1/members/anna/statement')).body).toEqual(before);
    expect((await ask('/ledger/v1/admin/dead-letters')).body['items']).toMatchObject([{ code: 'conflict' }]);
    expect(mailServer?.mails).toHaveLength(1);
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
    await services.untilIdle();

    expect(mailServer?.mails).toHaveLength(1);
    expect((await ask('/ledger/v1/books')).body).toMatchObject({ balanced: true });
  });
});
