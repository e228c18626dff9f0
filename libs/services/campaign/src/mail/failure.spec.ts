import type { Outcome } from '../domain/message.js';
import { failureOf } from './failure.js';

const error = (fields: object): Error => Object.assign(new Error('smtp'), fields);

describe('a failed attempt', () => {
  it.each<[string, object, boolean, Outcome]>([
    [
      'an address refused',
      { responseCode: 550, response: '550 5.1.1 <a@b.test> unknown', command: 'RCPT TO' },
      false,
      { kind: 'refused', code: 'smtp-550 5.1.1' },
    ],
    [
      'an address deferred',
      { responseCode: 451, response: '451 later', command: 'RCPT TO' },
      false,
      { kind: 'deferred', code: 'smtp-451' },
    ],
    [
      'a mail refused',
      { responseCode: 554, response: '554 no', command: 'DATA' },
      true,
      { kind: 'refused', code: 'smtp-554' },
    ],
    [
      'a mail deferred',
      { responseCode: 452, response: '452-4.3.1 full', command: 'DATA' },
      true,
      { kind: 'deferred', code: 'smtp-452 4.3.1' },
    ],
    [
      'a greeting refused',
      { responseCode: 554, response: '554 no', command: 'CONN' },
      false,
      { kind: 'unreachable', code: 'smtp-554' },
    ],
    [
      'a login refused',
      { responseCode: 535, response: '535 no', command: 'AUTH PLAIN' },
      false,
      { kind: 'unreachable', code: 'smtp-535' },
    ],
    [
      'no connection',
      { code: 'ESOCKET', originalCode: 'ECONNREFUSED', command: 'CONN' },
      false,
      { kind: 'unreachable', code: 'econnrefused' },
    ],
    [
      'a time-out before the end of DATA',
      { code: 'ETIMEDOUT', command: 'CONN' },
      false,
      { kind: 'unreachable', code: 'etimedout' },
    ],
    ['a time-out after the end of DATA', { code: 'ETIMEDOUT', command: 'CONN' }, true, { kind: 'unknown' }],
    ['a connection lost after the end of DATA', { code: 'ECONNECTION', command: 'CONN' }, true, { kind: 'unknown' }],
    [
      'a word about the connection after the end of DATA',
      { responseCode: 421, command: 'CONN' },
      true,
      { kind: 'unknown' },
    ],
    [
      'an address that is none',
      { code: 'EENVELOPE', command: 'API' },
      false,
      { kind: 'unsendable', code: 'address-invalid' },
    ],
    [
      'a mail that is too large',
      { code: 'EMESSAGE', command: 'MAIL FROM' },
      false,
      { kind: 'unsendable', code: 'mail-too-large' },
    ],
    ['something unforeseen', {}, false, { kind: 'unreachable', code: 'connection-lost' }],
  ])('by %s', (_case, fields, isHandedOver, outcome) => {
    expect(failureOf(error(fields), isHandedOver)).toEqual(outcome);
  });

  it('never tells an address', () => {
    const told = failureOf(
      error({ responseCode: 550, response: '550 5.1.1 <ada@example.test>', command: 'RCPT TO' }),
      false,
    );

    expect(JSON.stringify(told)).not.toContain('ada');
  });
});
