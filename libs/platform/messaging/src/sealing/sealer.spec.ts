import { randomBytes } from 'node:crypto';
import { memberContactChanged, type SealedContact } from '@tessera/contracts';
import { type ContactKey, contactKeyList } from './contact-keys.js';
import { ContactKeyUnknown, ContactTampered } from './errors.js';
import { Sealer } from './sealer.js';

const aKey = (id: string): ContactKey => ({ id, key: randomBytes(32).toString('base64') });
const contact = { name: 'Zoë Ångström 李', email: 'zoe@example.test', phone: '+442071234567', language: 'sv-SE' };

describe('a sealer', () => {
  const [first, second] = [aKey('2026-01'), aKey('2026-02')];
  const sealer = new Sealer([first]);
  const flipped = (text: string, at: number): string => {
    const bytes = Buffer.from(text, 'base64');
    bytes[at < 0 ? bytes.length + at : at] = (bytes.at(at) ?? 0) ^ 1;
    return bytes.toString('base64');
  };

  it.each([contact, {}, { name: '' }, { name: 'x'.repeat(200) }])('opens what it sealed: %j', (value) => {
    expect(sealer.open('m1', sealer.seal('m1', value))).toEqual(value);
  });

  it('seals in the form the contract asks for, under a new nonce each time, and shows nothing', () => {
    const [one, other] = [sealer.seal('m1', contact), sealer.seal('m1', contact)];

    expect(memberContactChanged.parse({ memberId: 'm1', epoch: 1, sequence: 1, sealed: one })).toMatchObject({
      ok: true,
    });
    expect(one.nonce).not.toBe(other.nonce);
    expect(one.ciphertext).not.toBe(other.ciphertext);
    expect(Buffer.from(one.ciphertext, 'base64').toString('latin1')).not.toMatch(/example|name/);
  });

  it('opens what older keys of its ring sealed, and seals under the first', () => {
    const rotated = new Sealer([second, first]);

    expect(rotated.open('m1', sealer.seal('m1', contact))).toEqual(contact);
    expect(rotated.seal('m1', contact).keyId).toBe('2026-02');
    expect(() => sealer.open('m1', rotated.seal('m1', contact))).toThrow(ContactKeyUnknown);
  });

  it("does not open one member's contact for another", () => {
    expect(() => sealer.open('m2', sealer.seal('m1', contact))).toThrow(ContactTampered);
  });

  const sealed = sealer.seal('m1', contact);
  it.each<[string, Partial<SealedContact>]>([
    ['a bit of the text', { ciphertext: flipped(sealed.ciphertext, 0) }],
    ['a bit of the tag', { ciphertext: flipped(sealed.ciphertext, -1) }],
    ['a bit of the nonce', { nonce: flipped(sealed.nonce, 3) }],
    ['a nonce of another length', { nonce: Buffer.alloc(8).toString('base64') }],
    ['no nonce', { nonce: '' }],
    ['a text without its end', { ciphertext: sealed.ciphertext.slice(0, -4) }],
    ['a tag alone', { ciphertext: Buffer.alloc(16).toString('base64') }],
    ['less than a tag', { ciphertext: 'AAAA' }],
  ])('knows tampering: %s', (_case, change) => {
    expect(() => sealer.open('m1', { ...sealed, ...change })).toThrow(ContactTampered);
  });

  it('does not take a key for another one of the same id, and says nothing of what was within', () => {
    const namesake = new Sealer([aKey('2026-01')]);

    expect(() => namesake.open('m1', sealed)).toThrow(new ContactTampered('2026-01').message);
    expect(new ContactTampered('2026-01').cause).toBeUndefined();
  });
});

describe('the list of contact keys', () => {
  const good = aKey('a');

  it('takes keys of 32 bytes', () => {
    expect(contactKeyList.parse([good, aKey('b')])).toHaveLength(2);
  });

  it.each([
    ['no list', {}],
    ['an empty list', []],
    ['two of one id', [good, good]],
    ['17 keys', Array.from({ length: 17 }, (_, n) => aKey(`k${n}`))],
    ['an id with a space', [{ ...good, id: 'a b' }]],
    ['a key of 31 bytes', [{ id: 'a', key: randomBytes(31).toString('base64') }]],
    ['a key in hexadecimal', [{ id: 'a', key: randomBytes(32).toString('hex') }]],
    ['a key with blanks', [{ id: 'a', key: ` ${good.key}` }]],
    ['a field nobody knows', [{ ...good, secret: 'x' }]],
  ])('refuses %s, and does not repeat the key', (_case, value) => {
    const { error } = contactKeyList.safeParse(value);

    expect(error).toBeDefined();
    expect(JSON.stringify(error?.issues)).not.toContain(good.key);
  });
});
