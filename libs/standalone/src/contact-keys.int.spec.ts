import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Sealer } from '@tessera/platform-messaging';
import { settleContactKeys } from './contact-keys.js';

describe('contact keys', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tessera-keys-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('are made once, for their owner alone, and seal', () => {
    const keys = settleContactKeys(folder);
    const again = settleContactKeys(folder);

    expect(again).toEqual(keys);
    expect(statSync(join(folder, 'contact-keys.json')).mode & 0o777).toBe(0o600);
    expect(new Sealer(again).open('m', new Sealer(keys).seal('m', { email: 'a@b.test' }))).toEqual({
      email: 'a@b.test',
    });
  });

  it.each(['', '[]', '[{"id":"a","key":"short"}]'])('are never replaced, even if the file holds %j', (text) => {
    writeFileSync(join(folder, 'contact-keys.json'), text);
    expect(() => settleContactKeys(folder)).toThrow('Put it back from a backup');
    expect(readFileSync(join(folder, 'contact-keys.json'), 'utf8')).toBe(text);
  });
});
