import { z } from 'zod';
import { RequestInvalid } from './errors.js';
import { decodeCursor, encodeCursor, pageQuery, toPage } from './pages.js';

const position = z.tuple([z.iso.datetime(), z.string()]);

describe('pageQuery', () => {
  it('fills the limit, and takes one from 1 to 500', () => {
    expect(pageQuery.parse({})).toEqual({ limit: 100 });
    expect(pageQuery.parse({ limit: '500', cursor: 'x' })).toEqual({ limit: 500, cursor: 'x' });
  });

  it.each(['0', '501', '-1', '1.5', 'ten', '', '1e2', '99999'])('refuses a limit of %j', (limit) => {
    expect(pageQuery.safeParse({ limit }).success).toBe(false);
  });
});

describe('cursors', () => {
  it('come back as they were', () => {
    const at = ['2026-01-02T03:04:05.678Z', 'm/ü+1'];
    const cursor = encodeCursor(at);
    expect(cursor).toMatch(/^[A-Za-z0-9_-]+$/);
    expect(decodeCursor(position, cursor)).toEqual(at);
    expect(decodeCursor(position, undefined)).toBeUndefined();
  });

  it.each(['', 'x', '!!', '%00', encodeCursor('text'), encodeCursor(['2026', 'm']), encodeCursor(null), 'W10='])(
    'refuses %j',
    (cursor) => {
      expect(() => decodeCursor(position, cursor)).toThrow(RequestInvalid);
    },
  );
});

describe('toPage', () => {
  const shape = { item: (n: number) => `n${n}`, position: (n: number) => n };

  it('points behind its last item when there is more', () => {
    const page = toPage([1, 2, 3], 2, shape);
    expect(page.items).toEqual(['n1', 'n2']);
    expect(decodeCursor(z.int(), page.nextCursor ?? '')).toBe(2);
  });

  it('ends where nothing more is', () => {
    expect(toPage([1, 2], 2, shape)).toEqual({ items: ['n1', 'n2'], nextCursor: null });
    expect(toPage([], 2, shape)).toEqual({ items: [], nextCursor: null });
  });
});
