import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const ROOT = join(import.meta.dirname, '..');

const pages = [
  ...readdirSync(ROOT).filter((name) => name.endsWith('.md')),
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
];

type Link = Readonly<{ file: string; anchor: string | undefined }>;

const withoutCode = (text: string): string => text.replaceAll(/^```[^]*?^```/gm, '').replaceAll(/`[^`\n]*`/g, '');

/** Links that stay in the repository; those to elsewhere are for their readers to try. */
function linksOf(page: string): readonly Link[] {
  const text = withoutCode(readFileSync(join(ROOT, page), 'utf8'));
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, target = '']) => {
    if (/^[a-z]+:/.test(target)) return [];
    const [path = '', anchor] = target.split('#');
    return [{ file: path === '' ? page : join(dirname(page), decodeURI(path)), anchor }];
  });
}

/** As GitHub names them. */
function anchorsOf(page: string): ReadonlySet<string> {
  const text = readFileSync(join(ROOT, page), 'utf8').replaceAll(/^```[^]*?^```/gm, '');
  const headings = [...text.matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) => heading);
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

function problemWith({ file, anchor }: Link): string | undefined {
  const path = join(ROOT, file);
  if (relative(ROOT, path).startsWith('..') || !existsSync(path)) return `there is no ${file}`;
  if (anchor === undefined || anchor === '') return undefined;
  const isThere = !statSync(path).isDirectory() && anchorsOf(file).has(anchor);
  return isThere ? undefined : `${file} has no heading #${anchor}`;
}

describe('links of the documentation', () => {
  it('are found', () => {
    expect(pages).toContain('README.md');
    expect(pages.flatMap(linksOf).length).toBeGreaterThan(50);
  });

  it.each(pages)('%s', (page) => {
    expect(linksOf(page).flatMap((link) => problemWith(link) ?? [])).toEqual([]);
  });
});
