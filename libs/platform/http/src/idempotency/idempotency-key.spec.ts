import { IdempotencyKeyMissing } from '../errors.js';
import { idempotencyKeyOf } from './idempotency-key.js';

describe('idempotencyKeyOf', () => {
  it.each(['k', '3f0c', 'order 17', '"quoted"', 'x'.repeat(255)])('takes %j', (key) => {
    expect(idempotencyKeyOf(key)).toBe(key);
  });

  it.each([undefined, '', ' ', ' a', 'a ', 'x'.repeat(256), 'ü', 'a\nb', ['a', 'b']])('refuses %j', (key) => {
    expect(() => idempotencyKeyOf(key)).toThrow(IdempotencyKeyMissing);
  });
});
