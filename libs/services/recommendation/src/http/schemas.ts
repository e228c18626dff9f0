import { name } from '@tessera/contracts';
import { z } from 'zod';

export const LIMIT_MAX = 100;

export const sku = name(64).describe('Article number');

export const limitQuery = z.strictObject({
  limit: z
    .string()
    .regex(/^\d{1,3}$/, `expected a number from 1 to ${LIMIT_MAX}`)
    .transform(Number)
    .pipe(z.int().min(1).max(LIMIT_MAX))
    .default(10)
    .describe(`how many articles at most, 1 to ${LIMIT_MAX}`),
});

export type LimitQuery = z.infer<typeof limitQuery>;

const itemName = z.string().nullable().describe('As the catalogue has it, else as the latest purchase told it');
const share = z.number().min(0).max(1);
const popularity = share.describe("Baskets with the article, with decay, as a share of the most popular one's");

const reason = z
  .object({
    kind: z.enum(['own-frequency', 'viewed', 'bought-together', 'popular']).describe('What weighed most'),
    sku: z.string().optional().describe('The article that led to this one, where others bought both together'),
  })
  .meta({ id: 'RecommendationReason' });

export const recommendations = z
  .object({
    memberId: z.string(),
    at: z.iso.datetime().describe('The instant for which the list was made'),
    items: z.array(z.object({ sku: z.string(), name: itemName, score: z.number().min(0), reason })),
  })
  .meta({ id: 'Recommendations' });

export const relatedItems = z
  .object({
    sku: z.string(),
    items: z.array(z.object({ sku: z.string(), name: itemName, similarity: share })),
  })
  .meta({ id: 'RelatedItems' });

export const popularItems = z
  .object({ items: z.array(z.object({ sku: z.string(), name: itemName, popularity })) })
  .meta({ id: 'PopularItems' });

export const itemAnswer = z
  .object({
    sku: z.string(),
    name: itemName,
    category: z.string().nullable(),
    brand: z.string().nullable(),
    priceMinor: z.int().nullable().describe('In minor units of the currency'),
    currency: z.string().nullable(),
    inStock: z.boolean().describe('True too where the catalogue does not know the article'),
    catalogued: z.boolean().describe('Whether the catalogue has told of it'),
    baskets: z.int().describe("Members' baskets that have it and were not refunded"),
    popularity,
  })
  .meta({ id: 'Item' });

export const summaryAnswer = z
  .object({
    members: z.int(),
    lists: z.int().describe('Members whose list was announced and is not empty'),
    baskets: z.int(),
    items: z.int().describe('Articles that baskets of members have'),
    catalogued: z.int(),
    outOfStock: z.int(),
  })
  .meta({ id: 'RecommendationSummary' });
