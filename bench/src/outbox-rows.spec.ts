import { pointsChanged } from '@tessera/contracts';
import { OrderCheck, outboxRow } from './outbox-rows.js';

const check = (...rows: readonly number[]): OrderCheck => {
  const order = new OrderCheck();
  for (const at of rows) {
    const { key, value } = outboxRow(at);
    order.read(key, Buffer.from(value));
  }
  return order;
};
const later = 5_000;

describe('rows of an outbox', () => {
  it('keep to the contract', () => {
    expect(pointsChanged.parse(JSON.parse(outboxRow(7).value))).toMatchObject({ ok: true });
  });

  it('may come again, and in any order between keys', () => {
    const order = check(1, 0, later, 0, later + 1);
    expect(order.published).toBe(4);
    expect(order.verdict(4)).toEqual([]);
  });

  it('must not overtake one of their own key', () => {
    expect(check(later, 0).verdict(1)).toEqual(['1 rows came before an earlier one of their key']);
  });

  it('must not be lost', () => {
    expect(check(0, 1).verdict(3)).toEqual(['1 rows left the outbox and are not on the log']);
  });

  it('must not be changed', () => {
    const order = new OrderCheck();
    order.read('m-9', Buffer.from(outboxRow(1).value));
    expect(order.verdict(0)).toEqual(['1 rows are not as they were written']);
  });
});
