import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { purchaseCreated } from '@tessera/contracts';
import { removeDataFolder } from '@tessera/platform-database/embedded';
import { createLogger } from '@tessera/platform-service';
import { eventually } from './flow-services.features.js';
import { type Standalone, startStandalone } from './start-standalone.js';

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
