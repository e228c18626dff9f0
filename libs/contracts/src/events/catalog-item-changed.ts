import { z } from 'zod';
import { currency, defineEvent, instant, minorUnits, name, text } from '../define-event.js';
import type { EventOf } from '../define-event.js';

/**
 * An article as the shop now has it, whole. The shop numbers its versions; the highest wins, in whatever order they come. Each
 * carries all there is, so the log need hold no more than the last of each article.
 */
export const catalogItemChanged = defineEvent({
  topic: 'catalog.item-changed',
  version: 1,
  producer: 'collector',
  summary: 'An article as the shop now has it: name, price, whether it is in stock.',
  key: (item) => item.sku,
  identity: { kind: 'fact', of: (item) => String(item.version) },
  keep: 'compacted',
  data: z
    .object({
      sku: name(64).describe('Article number, the same as in the lines of purchases'),
      version: z.int().min(1).describe('Version of the article, rising with each change; a time in ms will do'),
      name: name(256).describe('Name of the article, as members may read it'),
      category: text(256).optional().describe('Category of the article'),
      brand: text(256).optional().describe('Brand of the article'),
      priceMinor: minorUnits.optional().describe('Price of one piece, in minor units of the currency'),
      currency: currency.optional().describe('Currency of the price, an active ISO 4217 code in capitals'),
      inStock: z.boolean().describe('False: it cannot be bought now, so it is recommended to nobody'),
      changedAt: instant.describe('When the shop says it changed, ISO 8601 with zone'),
    })
    .meta({ anyOf: [{ required: ['currency'] }, { not: { required: ['priceMinor'] } }] })
    .check(({ value, issues }) => {
      if (value.priceMinor === undefined || value.currency !== undefined) return;
      issues.push({ code: 'custom', path: ['currency'], input: value, message: 'is missing, beside a price' });
    }),
});

export type CatalogItemChanged = EventOf<typeof catalogItemChanged>;
