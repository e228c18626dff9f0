import { purchaseCreated, purchaseRefunded } from '@tessera/contracts';
import { type Context, readEvent, VALUE_BYTES_MAX } from './read-event.js';

const context: Context = { newId: () => 'made-here', now: () => new Date('2026-05-05T05:05:05.555Z') };
const purchase = {
  purchaseId: 'p1',
  memberId: 'm1',
  purchasedAt: '2026-01-01T01:00:00+01:00',
  currency: 'EUR',
  totalMinor: 100,
};

const issuesOf = (sent: unknown) => {
  const read = readEvent(sent, context);
  return read.ok ? [] : read.issues.map(({ path }) => path);
};

describe('readEvent', () => {
  it('makes an event ready for the log, with what was left out', () => {
    const read = readEvent({ type: 'purchase.created', data: { ...purchase, unknown: 1 } }, context);
    if (!read.ok) throw new Error(JSON.stringify(read.issues));
    expect(read.contract).toBe(purchaseCreated);
    expect(read.encoded.key).toBe('m1');
    expect(JSON.parse(read.encoded.value)).toEqual({ ...purchase, purchasedAt: '2026-01-01T00:00:00.000Z' });
    expect(read.encoded.headers).toMatchObject({
      ce_id: 'made-here',
      ce_source: 'urn:tessera:collector',
      ce_type: 'purchase.created',
      ce_subject: 'm1',
      ce_time: '2026-01-01T00:00:00.000Z',
    });
    expect(read.encoded.headers['traceparent']).toBeUndefined();
  });

  it('keeps what the sender says of it', () => {
    const sent = {
      type: 'purchase.created',
      data: purchase,
      id: 'x-1',
      source: 'urn:shop',
      time: '2026-02-02T00:00:00Z',
      extra: 1,
    };
    const read = readEvent(sent, { ...context, traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` });
    if (!read.ok) throw new Error(JSON.stringify(read.issues));
    expect(read.encoded.headers).toMatchObject({
      ce_id: 'x-1',
      ce_source: 'urn:shop',
      ce_time: '2026-02-02T00:00:00.000Z',
    });
    expect(read.encoded.headers['traceparent']).toMatch(/^00-a/);
  });

  it('takes a refund, by its own time', () => {
    const data = { refundId: 'r1', purchaseId: 'p1', memberId: 'm1', refundedAt: '2026-03-03T03:03:03Z', whole: true };
    const read = readEvent({ type: 'purchase.refunded', data }, context);
    expect(read).toMatchObject({
      ok: true,
      contract: purchaseRefunded,
      encoded: { headers: { ce_time: '2026-03-03T03:03:03.000Z' } },
    });
  });

  it.each([
    ['behavior.recorded', { memberId: 'm1', kind: 'visit', occurredAt: '2026-03-03T03:03:03Z' }, 'm1'],
    [
      'catalog.item-changed',
      { sku: 'a', version: 1, name: 'A', inStock: true, changedAt: '2026-03-03T03:03:03Z' },
      'a',
    ],
  ])('takes %s, by its own time and key', (type, data, key) => {
    expect(readEvent({ type, data }, context)).toMatchObject({
      ok: true,
      encoded: { key, headers: { ce_type: type, ce_time: '2026-03-03T03:03:03.000Z' } },
    });
  });

  it.each([
    ['nothing', undefined, ['']],
    ['null', null, ['']],
    ['a text', 'purchase.created', ['']],
    ['a list', [], ['']],
    ['no type', { data: purchase }, ['type']],
    ['a type of ours', { type: 'tier.changed', data: purchase }, ['type']],
    ['a type nobody knows', { type: '__proto__', data: purchase }, ['type']],
    ['no data', { type: 'purchase.created' }, ['data']],
    ['data that is no object', { type: 'purchase.created', data: 7 }, ['data']],
    [
      'wrong fields',
      { type: 'purchase.created', data: { ...purchase, totalMinor: -1, memberId: 'a@b.c' } },
      ['data.memberId', 'data.totalMinor'],
    ],
    [
      'a wrong line',
      { type: 'purchase.created', data: { ...purchase, lines: [{ sku: 'a', quantity: 0, unitPriceMinor: 1 }] } },
      ['data.lines[0].quantity'],
    ],
    ['an empty id', { type: 'purchase.created', data: purchase, id: '' }, ['id']],
    ['a time without zone', { type: 'purchase.created', data: purchase, time: '2026-01-01T00:00:00' }, ['time']],
    ['another CloudEvents', { type: 'purchase.created', data: purchase, specversion: '0.3' }, ['specversion']],
    ['several at once', { type: 1, id: 2, source: '' }, ['type', 'data', 'id', 'source']],
  ])('says what is wrong with %s', (_case, sent, paths) => {
    expect(issuesOf(sent).sort()).toEqual([...paths].sort());
  });

  it('refuses what no log would take', () => {
    const line = { sku: 'a'.repeat(64), name: 'n'.repeat(256), quantity: 1, unitPriceMinor: 1 };
    const lines = Array.from({ length: Math.ceil(VALUE_BYTES_MAX / 300) }, () => line);
    const read = readEvent({ type: 'purchase.created', data: { ...purchase, lines } }, context);
    expect(read).toMatchObject({ ok: false, issues: [{ path: 'data', reason: expect.stringContaining('bytes') }] });
  });
});
