import fc from 'fast-check';
import { articlesOf, pairedArticles, withdrawnArticles, type BasketLine, type RefundForm } from './basket.js';

const lines: readonly BasketLine[] = [
  { sku: 'a', quantity: 2 },
  { sku: 'b', quantity: 1 },
  { sku: 'a', quantity: 1 },
];
const withdrawn = (refunds: readonly RefundForm[], refundedMinor = 0, totalMinor = 400): readonly string[] => [
  ...withdrawnArticles({ lines, totalMinor, refundedMinor, refunds }),
];

describe('what refunds take out of a basket', () => {
  it.each<[string, RefundForm[], number, string[]]>([
    ['nothing without one', [], 0, []],
    ['all, of the whole', [{ whole: true }], 400, ['a', 'b']],
    ['nothing, by a part of the amount', [{ amountMinor: 399 }], 399, []],
    ['all, when amounts reach the total', [{ amountMinor: 200 }, { amountMinor: 200 }], 400, ['a', 'b']],
    ['an article whose only line went back', [{ lines: [{ line: 2, quantity: 1 }] }], 100, ['b']],
    ['nothing while a piece is left', [{ lines: [{ line: 1, quantity: 1 }] }], 100, []],
    ['nothing while another line has one', [{ lines: [{ line: 1, quantity: 2 }] }], 200, []],
    ['no more of a line than it had', [{ lines: [{ line: 1, quantity: 99 }] }], 200, []],
    [
      'an article of which refunds together took all',
      [
        { lines: [{ line: 1, quantity: 1 }] },
        {
          lines: [
            { line: 1, quantity: 1 },
            { line: 3, quantity: 1 },
          ],
        },
      ],
      300,
      ['a'],
    ],
  ])('%s', (_, refunds, refundedMinor, expected) => {
    expect(withdrawn(refunds, refundedMinor)).toEqual(expected);
  });

  it('of a free purchase, only what was named or the whole', () => {
    expect(withdrawn([{ amountMinor: 0 }], 0, 0)).toEqual([]);
    expect(withdrawn([{ lines: [{ line: 2, quantity: 1 }] }], 0, 0)).toEqual(['b']);
    expect(withdrawn([{ whole: true }], 0, 0)).toEqual(['a', 'b']);
  });

  it('never depends on the order, and never gives back', () => {
    const form = fc.oneof(
      fc.constant<RefundForm>({ whole: true }),
      fc.record({ amountMinor: fc.constantFrom(0, 100, 300) }),
      fc.record({
        lines: fc.array(fc.record({ line: fc.integer({ min: 1, max: 3 }), quantity: fc.integer({ min: 1, max: 2 }) })),
      }),
    );
    fc.assert(
      fc.property(fc.array(form, { maxLength: 5 }), (refunds) => {
        const inOrder = withdrawn(refunds);
        expect(withdrawn([...refunds].reverse())).toEqual(inOrder);
        expect(inOrder).toEqual(expect.arrayContaining([...withdrawn(refunds.slice(1))]));
      }),
    );
  });
});

describe('the articles that make pairs', () => {
  const many = Array.from({ length: 542 }, (_, n) => `sku-${n}`);

  it('are all of an ordinary basket, each once', () => {
    expect(articlesOf(lines)).toEqual(['a', 'b']);
    expect(pairedArticles('p1', many.slice(0, 40)).size).toBe(40);
  });

  it('are a bounded draw of a large one, the same whatever the order of the lines', () => {
    const drawn = pairedArticles('p1', many);
    expect(drawn.size).toBe(40);
    expect(pairedArticles('p1', [...many].reverse())).toEqual(drawn);
    expect(pairedArticles('p2', many)).not.toEqual(drawn);
  });

  it('fall on each article alike over many baskets', () => {
    const times = new Map<string, number>();
    for (let n = 0; n < 1_000; n += 1) {
      for (const sku of pairedArticles(`p${n}`, many.slice(0, 80))) times.set(sku, (times.get(sku) ?? 0) + 1);
    }
    expect(Math.min(...times.values())).toBeGreaterThan(400);
    expect(Math.max(...times.values())).toBeLessThan(600);
  });
});
