import { QueryRunnerAlreadyReleasedError } from 'typeorm';
import { QueryFailedError } from 'typeorm';
import { isStatementTimeout, isTransient, sqlState } from './transience.js';

const withCode = (code: string): Error => Object.assign(new Error('database error'), { code });
const failed = (code: string): Error => new QueryFailedError('SELECT 1', [], withCode(code));

describe('transience', () => {
  it.each(['08006', '40001', '40P01', '53300', '55P03', '57P01', '57P03', '58030', '25P03', '25P04'])(
    'SQLSTATE %s passes by itself',
    (code) => {
      expect(isTransient(failed(code))).toBe(true);
    },
  );

  it.each(['23505', '22P02', '42P01', '25P02', 'P0001', '21000'])(
    'SQLSTATE %s is the fault of what was asked',
    (code) => {
      expect(isTransient(failed(code))).toBe(false);
    },
  );

  it.each(['ECONNREFUSED', 'ECONNRESET'])('network error %s passes', (code) => {
    expect(isTransient(withCode(code))).toBe(true);
  });

  it('knows the pool time-out and the lost connection, which carry no code', () => {
    expect(isTransient(new Error('timeout exceeded when trying to connect'))).toBe(true);
    expect(isTransient(new Error('Connection terminated unexpectedly'))).toBe(true);
    expect(isTransient(new QueryRunnerAlreadyReleasedError())).toBe(true);
  });

  it('takes an ordinary error for what it is', () => {
    expect(isTransient(new TypeError('x is not a function'))).toBe(false);
    expect(isTransient('a string')).toBe(false);
    expect(sqlState(new Error('none'))).toBeUndefined();
  });

  it('tells a statement time-out apart', () => {
    expect(isStatementTimeout(failed('57014'))).toBe(true);
    expect(isStatementTimeout(failed('57P01'))).toBe(false);
  });
});
