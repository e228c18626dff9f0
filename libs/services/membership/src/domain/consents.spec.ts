import { changedWords, type Said, type Words } from './consents.js';

const day = (n: number): Date => new Date(Date.UTC(2026, 0, n));
const now = day(20);
const asked = { now, overrules: true };
const registered = { now, overrules: false };
const stands: Words = new Map([['email', { granted: true, changedAt: day(10) }]]);
const email = (granted: boolean, changedAt?: Date): Said => ({ channel: 'email', granted, changedAt });

describe('the last word on a channel', () => {
  it('is what is said first, now unless it is dated', () => {
    const said: Said[] = [email(true), { channel: 'sms', granted: false, changedAt: day(3) }];

    expect(changedWords(new Map(), said, registered)).toEqual(
      new Map([
        ['email', { granted: true, changedAt: now }],
        ['sms', { granted: false, changedAt: day(3) }],
      ]),
    );
  });

  it('stands when it is said again', () => {
    expect(changedWords(stands, [email(true)], asked).size).toBe(0);
    expect(changedWords(stands, [email(true, day(10))], asked).size).toBe(0);
  });

  it('is overruled by what is said now, but not by a registration that is sent again', () => {
    expect(changedWords(stands, [email(false)], asked)).toEqual(
      new Map([['email', { granted: false, changedAt: now }]]),
    );
    expect(changedWords(stands, [email(false)], registered).size).toBe(0);
  });

  it.each([
    ['later', email(false, day(11)), false],
    ['earlier', email(false, day(9)), undefined],
    ['of the same instant: a refusal wins', email(false, day(10)), false],
  ])('goes by its date: %s', (_case, said, granted) => {
    for (const how of [asked, registered])
      expect(changedWords(stands, [said], how).get('email')?.granted).toBe(granted);
  });

  it('does not depend on the order of arrival', () => {
    const said = [email(true, day(1)), email(false, day(5)), email(true, day(5)), email(false, day(3))];

    for (const order of [said, said.toReversed()]) {
      expect(changedWords(new Map(), order, asked)).toEqual(
        new Map([['email', { granted: false, changedAt: day(5) }]]),
      );
    }
  });

  it('dated ahead counts as said now', () => {
    expect(changedWords(stands, [email(false, day(30))], asked).get('email')).toEqual({
      granted: false,
      changedAt: now,
    });
  });
});
