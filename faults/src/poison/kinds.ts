import { randomBytes } from 'node:crypto';
import { purchaseCreated } from '@tessera/contracts';
import type { ShopPurchase } from '@tessera/demo';
import type { NewRecord } from '@tessera/platform-bus';
import { BREAKING_CHANNEL } from '../failpoints/broken-handlers.js';
import { recordOf } from '../posting/foreign-client.js';

export const KINDS = [
  'not-json',
  'wrong-schema',
  'too-large',
  'refused',
  'unknown-version',
  'violates-constraint',
  'breaks-handler',
] as const;
export type Kind = (typeof KINDS)[number];

/** Nothing is wrong with these but that the service cannot take them yet: handed to it once more when it is mended, they count. */
export const isCurable = (kind: Kind): boolean => kind === 'violates-constraint' || kind === 'breaks-handler';

/** Of the constraint by which purchases are made to break one. */
export const CONSTRAINT = 'poisoned_purchases';

/** What the dead letter must say. */
export const CAUSES: Readonly<Record<Kind, Readonly<{ code: string; detail: RegExp }>>> = {
  'not-json': { code: 'malformed', detail: /^value: is not JSON/ },
  'wrong-schema': { code: 'malformed', detail: /^totalMinor: / },
  'too-large': { code: 'malformed', detail: /^storeId: / },
  refused: { code: 'too-far-ahead', detail: /more than 24 h after it was received/ },
  'unknown-version': { code: 'unknown-version', detail: /urn:tessera:purchase\.created:2/ },
  'violates-constraint': { code: '23514', detail: new RegExp(CONSTRAINT) },
  'breaks-handler': { code: 'handler-failed', detail: /^TypeError: .*broken on purpose/ },
};

const LARGE_BYTES = 5 * 1_024 * 1_024;
const TWO_DAYS_MS = 172_800_000;

/** The bad record itself. `victim`: of the curable kinds the purchase that it is; of the others one that it is made of, under a number of its own. */
export function poisonOf(kind: Kind, victim: ShopPurchase, id: string): NewRecord {
  const own = { ...victim, purchaseId: id };
  const record = (data: unknown): NewRecord => recordOf(purchaseCreated, data, { id });
  switch (kind) {
    case 'not-json':
      return { ...record(own), value: Buffer.from(JSON.stringify(own).slice(0, -1)) };
    case 'wrong-schema':
      return record({ ...own, totalMinor: -1 });
    case 'too-large':
      // Nothing that could be pressed together on its way.
      return record({ ...own, storeId: randomBytes(LARGE_BYTES).toString('base64').slice(0, LARGE_BYTES) });
    case 'refused':
      return record({ ...own, purchasedAt: new Date(Date.now() + TWO_DAYS_MS).toISOString() });
    case 'unknown-version': {
      const { headers, ...rest } = record(own);
      return { ...rest, headers: { ...headers, ce_dataschema: `urn:tessera:${purchaseCreated.topic}:2` } };
    }
    case 'violates-constraint':
      return record(victim);
    case 'breaks-handler':
      return record({ ...victim, channel: BREAKING_CHANNEL });
  }
}
