import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CLIENTS, languages, readClient, ROOT } from './languages.features.js';

const PAGES = ['publish-purchases.md', 'consume-segments.md'];
const FILE = /^<!-- file: (\S+) -->\n\n```\w+\n([^]*?\n)```$/gm;

const shownOn = (page: string): readonly (readonly [file: string, text: string])[] =>
  [...readFileSync(join(ROOT, 'docs/guide', page), 'utf8').matchAll(FILE)].map(([, file = '', text = '']) => [
    file,
    text,
  ]);

describe('the pages about clients', () => {
  it.each(PAGES.flatMap(shownOn))('show %s as it is', (file, text) => {
    expect(text).toBe(readClient(file));
  });

  it('show every example', () => {
    const shown = PAGES.flatMap(shownOn).map(([file]) => file);
    expect(shown).toEqual(
      expect.arrayContaining(languages.flatMap(({ publisher, consumer }) => [publisher, consumer])),
    );
    expect(shown).toEqual(expect.arrayContaining(['purchases.jsonl', 'python/requirements.txt', 'java/pom.xml']));
  });

  it('hold TypeScript whose types are right', () => {
    const files = languages[0] ? [languages[0].publisher, languages[0].consumer] : [];
    const settings = [
      '--strict',
      '--noUncheckedIndexedAccess',
      '--module',
      'nodenext',
      '--target',
      'es2022',
      '--types',
      'node',
    ];
    const compiler = [join(ROOT, 'node_modules/typescript7/bin/tsc'), '--ignoreConfig', '--noEmit'];
    execFileSync(process.execPath, [...compiler, ...settings, ...files.map((file) => join(CLIENTS, file))]);
  });
});
