import { decode, purchaseCreated } from '@tessera/contracts';
import { type Kind, KINDS, isCurable, poisonOf } from './kinds.js';

const VICTIM = {
  purchaseId: 'p',
  memberId: 'm',
  purchasedAt: '2026-01-01T00:00:00.000Z',
  currency: 'EUR',
  totalMinor: 100,
  lines: [],
};

/** What the contract alone makes of a bad record. */
function readAs(kind: Kind): string {
  const record = { ...poisonOf(kind, VICTIM, 'id-1'), appendedAt: new Date(), partition: 0, offset: 0 };
  const decoded = decode(record);
  if (!decoded.ok) return decoded.code;
  const parsed = purchaseCreated.parse(decoded.event.data);
  return parsed.ok ? 'readable' : 'malformed';
}

describe('bad records', () => {
  it('are bad in the way that their name says', () => {
    expect(Object.fromEntries(KINDS.map((kind) => [kind, readAs(kind)]))).toEqual({
      'not-json': 'malformed',
      'wrong-schema': 'malformed',
      'too-large': 'malformed',
      refused: 'readable',
      'unknown-version': 'unknown-version',
      'violates-constraint': 'readable',
      'breaks-handler': 'readable',
    });
  });

  it('keep the key of their model, and its number only where it is to be taken in the end', () => {
    for (const kind of KINDS) {
      const { key, headers, value } = poisonOf(kind, VICTIM, 'id-1');
      expect([key, headers['ce_id']]).toEqual(['m', 'id-1']);
      if (isCurable(kind)) expect(JSON.parse(String(value))).toMatchObject(VICTIM);
      else expect(String(value?.subarray(0, 200))).toContain('"purchaseId":"id-1"');
    }
  });

  it('are five million bytes where they are too large', () => {
    expect(poisonOf('too-large', VICTIM, 'id-1').value?.length).toBeGreaterThan(5_000_000);
  });
});
