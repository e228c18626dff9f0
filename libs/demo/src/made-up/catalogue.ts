import type { Random } from './random.js';

export type Article = Readonly<{ sku: string; name: string; category: string; brand: string; unitPriceMinor: number }>;

type Range = Readonly<{ category: string; articles: readonly string[]; fromMinor: number; toMinor: number }>;

const RANGES: readonly Range[] = [
  {
    category: 'coffee',
    articles: ['Espresso beans', 'Filter coffee', 'Decaf beans', 'Cold brew'],
    fromMinor: 690,
    toMinor: 2490,
  },
  { category: 'tea', articles: ['Green tea', 'Black tea', 'Herbal tea', 'Oolong'], fromMinor: 390, toMinor: 1990 },
  { category: 'kitchen', articles: ['Mug', 'Teapot', 'Grinder', 'Kettle', 'Press'], fromMinor: 890, toMinor: 12_900 },
  { category: 'bath', articles: ['Soap', 'Towel', 'Candle', 'Bath salt'], fromMinor: 350, toMinor: 3490 },
  {
    category: 'stationery',
    articles: ['Notebook', 'Pen', 'Wrapping paper', 'Card set'],
    fromMinor: 190,
    toMinor: 2490,
  },
  { category: 'garden', articles: ['Planter', 'Seed box', 'Lantern', 'Watering can'], fromMinor: 590, toMinor: 7990 },
];
const BRANDS = ['Alder', 'Brook', 'Cinder', 'Dale', 'Ember'];

/** Every article of every brand, each at a price of its own within its category's range, ending in 9. */
export function makeCatalogue(random: Random): readonly Article[] {
  return RANGES.flatMap(({ category, articles, fromMinor, toMinor }, range) =>
    articles.flatMap((article, index) =>
      BRANDS.map((brand, maker) => ({
        sku: `${category.slice(0, 3).toUpperCase()}-${range + 1}${index + 1}${maker + 1}`,
        name: `${brand} ${article.toLowerCase()}`,
        category,
        brand,
        unitPriceMinor: Math.floor(random.int(fromMinor, toMinor) / 10) * 10 + 9,
      })),
    ),
  );
}
