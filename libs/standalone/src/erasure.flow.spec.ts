import { randomUUID } from 'node:crypto';
import { defaultProgram, topicSpecs } from '@tessera/contracts';
import { EmbeddedLog } from '@tessera/platform-bus';
import pg from 'pg';
import { eventually, type FlowAnswer, FlowServices } from './flow-services.features.js';
import { serviceDefinitions } from './service-definitions.js';

const ANNA = 'c-1017';
const BERT = 'c-2001';

/** Where the number of somebody erased may still stand: what the books and counters are kept under, and the mark of the erasure. */
const UNDER_THE_NUMBER: Readonly<Record<string, readonly string[]>> = {
  membership: ['members', 'member_consents', 'purchases', 'refunds', 'state_versions', 'subjects', 'tier_histories'],
  ledger: ['entries', 'erased_members', 'lots', 'redemptions', 'state_versions', 'subjects', 'wallets'],
  segmentation: ['erased_members', 'state_versions', 'subjects'],
  recommendation: ['erased_members', 'state_versions', 'subjects'],
  campaign: ['members', 'messages', 'state_versions', 'subjects'],
};

/** A member with everything there is, of whom one call leaves nothing: the real services, over a real log. */
describe('a member is erased', () => {
  const services = new FlowServices();
  let log: EmbeddedLog | undefined;
  let boughtAt = '';

  const ask = (path: string, method = 'GET', body?: unknown): Promise<FlowAnswer<never>> => {
    const headers = path.endsWith('/redemptions') ? { 'idempotency-key': randomUUID() } : {};
    return services.ask(path, { method, body, headers });
  };
  const send = async (type: string, data: object): Promise<void> => {
    expect((await ask('/collector/v1/events', 'POST', { type, data })).status).toBeLessThan(300);
  };
  const buys = (memberId: string, purchaseId: string, ...skus: readonly string[]): Promise<void> =>
    send('purchase.created', {
      purchaseId,
      memberId,
      purchasedAt: boughtAt,
      currency: 'EUR',
      totalMinor: 600_00,
      lines: skus.map((sku) => ({ sku, name: `The ${sku}`, quantity: 1, unitPriceMinor: 300_00 })),
    });
  const views = (memberId: string, sku: string): Promise<void> =>
    send('behavior.recorded', { memberId, kind: 'view', sku, occurredAt: new Date().toISOString() });

  /** By service, the tables in which a text stands somewhere. */
  const tablesWith = async (text: string): Promise<Record<string, readonly string[]>> => {
    const found: Record<string, readonly string[]> = {};
    for (const [name, url] of services.databaseUrls) {
      const pool = new pg.Pool({ connectionString: url, max: 1 });
      const tables = await pool.query<{ name: string }>(
        `SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
          WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY c.relname`,
      );
      const holding: string[] = [];
      for (const table of tables.rows) {
        const hits = await pool.query(`SELECT FROM ${table.name} t WHERE t::text ILIKE $1 LIMIT 1`, [`%${text}%`]);
        if (hits.rowCount) holding.push(table.name);
      }
      found[name] = holding;
      await pool.end();
    }
    return found;
  };

  beforeAll(async () => {
    log = await EmbeddedLog.open({ databaseUrl: await services.database('log') });
    await log.ensureTopics(topicSpecs({ partitions: 3 }));
    await services.startAll(serviceDefinitions, { log });
  }, 180_000);
  afterAll(async () => {
    await services.stopAll();
    await log?.close();
    await services.dropDatabases();
  }, 120_000);

  it('who has points, a tier, segments, recommendations and a message that waits', async () => {
    await ask('/membership/v1/programs', 'POST', defaultProgram('EUR'));
    await ask('/campaign/v1/templates/thanks', 'PUT', { subject: 'Thanks', text: 'Dear {{ contact.name }}' });
    await ask('/campaign/v1/campaigns/thanks', 'PUT', { segment: 'big-180', template: 'thanks' });
    boughtAt = new Date().toISOString();
    // Nobody was asked for consent yet, so the message waits for that.
    const contact = { name: 'Anna Quist', email: 'anna.quist@example.test' };
    await ask('/membership/v1/members', 'POST', { memberId: ANNA, contact });
    await ask('/membership/v1/members', 'POST', { memberId: BERT });
    await buys(BERT, 'b1', 'teapot', 'samovar');
    await buys(ANNA, 'p1', 'teapot', 'kettle');
    await buys(ANNA, 'p2', 'teapot', 'kettle');
    await views(ANNA, 'samovar');
    await services.untilIdle();
    await ask(`/ledger/v1/members/${ANNA}/redemptions`, 'POST', { points: 500, reference: 'a mug for Anna Quist' });

    await eventually(async () => {
      expect((await ask(`/ledger/v1/members/${ANNA}/balance`)).body).toMatchObject({ active: 1_300, spent: 500 });
      expect((await ask(`/membership/v1/members/${ANNA}`)).body).toMatchObject({ tier: 'silver', contact });
      expect((await ask('/segmentation/v1/summary')).body).toMatchObject({
        segments: { 'active-90': 2, 'big-180': 1 },
      });
      expect((await ask(`/campaign/v1/members/${ANNA}/messages`)).body).toMatchObject({
        items: [{ state: 'waiting' }],
      });
      expect((await ask('/recommendation/v1/summary')).body).toMatchObject({
        members: 2,
        lists: 2,
        baskets: 3,
        items: 3,
      });
    });
    expect((await tablesWith('Quist'))['ledger']).toEqual(['idempotent_requests', 'redemptions']);
  }, 60_000);

  it('by one call, after which nobody shows the member, the books balance, and others stay as they were', async () => {
    await ask(`/membership/v1/members/${ANNA}`, 'DELETE');
    await services.untilIdle();
    // What a till sends late, or again, is of nobody.
    await buys(ANNA, 'p3', 'teapot', 'urn');
    await buys(ANNA, 'p1', 'teapot', 'kettle');
    await views(ANNA, 'kettle');
    await send('purchase.refunded', {
      refundId: 'r1',
      purchaseId: 'p2',
      memberId: ANNA,
      refundedAt: new Date().toISOString(),
      whole: true,
    });
    await services.untilIdle();

    const gone = { status: 410, body: { code: 'member-erased' } };
    expect(await ask(`/ledger/v1/members/${ANNA}/balance`)).toMatchObject(gone);
    expect(await ask(`/ledger/v1/members/${ANNA}/redemptions`, 'POST', { points: 1 })).toMatchObject(gone);
    expect(await ask(`/segmentation/v1/members/${ANNA}/segments`)).toMatchObject(gone);
    expect(await ask(`/recommendation/v1/members/${ANNA}/recommendations`)).toMatchObject(gone);
    expect((await ask(`/membership/v1/members/${ANNA}`)).body).toMatchObject({ contact: {}, consents: [] });
    expect((await ask(`/campaign/v1/members/${ANNA}/messages`)).body).toMatchObject({
      items: [{ state: 'suppressed', reason: 'member-erased' }],
    });

    expect((await ask('/ledger/v1/books')).body).toMatchObject({ balanced: true });
    expect((await ask('/ledger/v1/summary')).body).toMatchObject({
      points: { pending: 0, active: 600, held: 0, spent: 500, expired: 0, arrears: 0 },
      purchases: 1,
      refunds: 0,
    });
    expect((await ask('/segmentation/v1/summary')).body).toMatchObject({ segments: { 'active-90': 1, 'big-180': 0 } });
    expect((await ask('/recommendation/v1/summary')).body).toMatchObject({
      members: 1,
      lists: 1,
      baskets: 1,
      items: 2,
    });
    expect((await ask(`/ledger/v1/members/${BERT}/balance`)).body).toMatchObject({ active: 600 });
    for (const service of services.names.filter((name) => name !== 'collector')) {
      const { deadLetters, parked } = (await ask(`/${service}/v1/progress`)).body;
      expect([service, deadLetters, parked]).toEqual([service, 0, []]);
    }
  }, 60_000);

  it('and of whom nothing is held but a number that stands for nobody', async () => {
    expect(await tablesWith('Quist')).toEqual(
      Object.fromEntries([...services.databaseUrls.keys()].map((name) => [name, []])),
    );
    const underTheNumber = await tablesWith(ANNA);
    for (const [service, tables] of Object.entries(UNDER_THE_NUMBER)) {
      expect([service, (underTheNumber[service] ?? []).filter((table) => !tables.includes(table))]).toEqual([
        service,
        [],
      ]);
    }
  }, 60_000);
});
