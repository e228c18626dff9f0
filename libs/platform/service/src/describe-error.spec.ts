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
