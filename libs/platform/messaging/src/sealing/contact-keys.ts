import { z } from 'zod';

const KEY_BYTES = 32;
const KEYS_MAX = 16;

const contactKey = z.strictObject({
  /** Stands in clear beside what the key sealed. */
  id: z.string().regex(/^[A-Za-z0-9._-]{1,64}$/, 'expected 1 to 64 letters, digits, dots, dashes or underscores'),
  key: z
    .string()
    .refine(isKey, `expected ${KEY_BYTES} random bytes in base64, as \`openssl rand -base64 ${KEY_BYTES}\` gives`),
});

export type ContactKey = z.infer<typeof contactKey>;

/**
 * What `TESSERA_CONTACT_KEYS` holds, as JSON: the first key seals, all of them open. To rotate, add the new key behind the old one
 * in every service that holds the list, then move it to the front; the old one can go once nothing sealed by it is on the log.
 */
export const contactKeyList = z
  .array(contactKey)
  .min(1)
  .max(KEYS_MAX)
  .refine((keys) => new Set(keys.map(({ id }) => id)).size === keys.length, 'two keys have the same id');

function isKey(text: string): boolean {
  const bytes = Buffer.from(text, 'base64');
  return bytes.length === KEY_BYTES && bytes.toString('base64') === text;
}
