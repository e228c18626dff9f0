import { createHash } from 'node:crypto';
import { tokenFrom, tokenList, Tokens } from './tokens.js';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const entry = (name: string, text: string) => ({ name, sha256: sha256(text), scopes: ['read'] });

describe('Tokens', () => {
  it('knows a token by its text, and nothing else', () => {
    const tokens = new Tokens(tokenList.parse([entry('a', 'alpha'), entry('b', 'beta')]));
    expect(tokens.identify('beta')?.name).toBe('b');
    expect(tokens.identify('alpha')?.name).toBe('a');
    for (const stranger of ['', 'Alpha', 'alph', 'alphaa', sha256('alpha')])
      expect(tokens.identify(stranger)).toBeUndefined();
    expect(new Tokens([]).identify('alpha')).toBeUndefined();
  });

  it('makes the entry of a text', () => {
    const token = tokenFrom('gamma', { name: 'c', scopes: ['write', 'admin'] });
    expect(tokenList.parse([token])).toEqual([token]);
    expect(new Tokens([token]).identify('gamma')).toEqual(token);
  });
});

describe('tokenList', () => {
  it('takes digests in either case', () => {
    const [token] = tokenList.parse([{ ...entry('a', 'alpha'), sha256: sha256('alpha').toUpperCase() }]);
    expect(token?.sha256).toBe(sha256('alpha'));
  });

  it.each([
    ['a plain token', [{ name: 'a', sha256: 'alpha', scopes: ['read'] }]],
    ['an unknown scope', [{ ...entry('a', 'alpha'), scopes: ['root'] }]],
    ['no scope', [{ ...entry('a', 'alpha'), scopes: [] }]],
    ['a nameless token', [entry('', 'alpha')]],
    ['two of one name', [entry('a', 'alpha'), entry('a', 'beta')]],
    ['an unknown field', [{ ...entry('a', 'alpha'), token: 'alpha' }]],
    ['no list', entry('a', 'alpha')],
  ])('refuses %s', (_case, list) => {
    expect(tokenList.safeParse(list).success).toBe(false);
  });
});
