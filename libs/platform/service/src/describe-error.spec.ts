import { describeError } from './describe-error.js';

describe('an error in a log line', () => {
  it('keeps what tells its reader something, and leaves the rest', () => {
    const error = Object.assign(new TypeError('broken'), { code: '23505', table: 'lots', client: { socket: 'huge' } });

    expect(describeError(error)).toEqual({
      type: 'TypeError',
      message: 'broken',
      stack: error.stack,
      code: '23505',
      table: 'lots',
    });
  });

  it('does not repeat what the database tells of a row', () => {
    const row = { severity: 'ERROR', table: 'members', detail: 'Failing row contains (anna@example.test).' };
    const error = Object.assign(new Error('failed'), row, { driverError: Object.assign(new Error('inner'), row) });

    expect(describeError(error)).toMatchObject({ table: 'members', cause: { message: 'inner', severity: 'ERROR' } });
    expect(JSON.stringify(describeError(error))).not.toContain('anna');
    expect(describeError(Object.assign(new Error('x'), { detail: 'our own' }))).toMatchObject({ detail: 'our own' });
  });

  it('says what caused it, and ends even when causes go round in a circle', () => {
    const inner = new Error('inner');
    const outer = new Error('outer', { cause: inner });
    inner.cause = outer;

    expect(describeError(outer)).toMatchObject({ message: 'outer', cause: { message: 'inner' } });
  });

  it('hands on what is no error', () => {
    expect(describeError('text')).toBe('text');
  });
});
