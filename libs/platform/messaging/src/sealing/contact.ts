import { z } from 'zod';

/** What stands within a sealed contact, all of it optional. Whoever took it from the member has validated it; unknown fields are dropped. */
export const sealedContent = z.object({
  name: z.string().optional(),
  /** One address, lower case. */
  email: z.string().optional(),
  /** E.164, like +442071234567. */
  phone: z.string().optional(),
  /** A BCP 47 tag, like en-GB. */
  language: z.string().optional(),
});

export type Contact = z.infer<typeof sealedContent>;
