import { createHash, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';

export const scopes = ['collect', 'read', 'write', 'admin'] as const;

export type Scope = (typeof scopes)[number];

export const token = z.strictObject({
  /** Says in logs who called; not secret. */
  name: z.string().regex(/^[A-Za-z0-9._-]{1,64}$/, 'expected 1 to 64 letters, digits, dots, dashes or underscores'),
  /** SHA-256 of the token's text, in hexadecimal: the text itself is nowhere in the configuration. */
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/i, 'expected the SHA-256 of the token as 64 hexadecimal digits')
    .transform((text) => text.toLowerCase()),
  scopes: z.array(z.enum(scopes)).min(1),
});

export type Token = z.infer<typeof token>;

/** What `TESSERA_TOKENS` holds, as JSON. */
export const tokenList = z
  .array(token)
  .max(1_000)
  .refine((list) => new Set(list.map(({ name }) => name)).size === list.length, 'two tokens have the same name');

/** The entry under which a token's text is accepted. */
export const tokenFrom = (text: string, { name, scopes }: Pick<Token, 'name' | 'scopes'>): Token => ({
  name,
  sha256: digest(text).toString('hex'),
  scopes: [...scopes],
});

/** The tokens a service accepts. */
export class Tokens {
  private readonly entries: readonly Readonly<{ token: Token; sha256: Buffer }>[];

  constructor(list: readonly Token[]) {
    this.entries = list.map((entry) => ({ token: entry, sha256: Buffer.from(entry.sha256, 'hex') }));
  }

  /** Takes the same time whichever entry matches, or none: every one is compared, and by digest. */
  identify(text: string): Token | undefined {
    const given = digest(text);
    let found: Token | undefined;
    for (const { token, sha256 } of this.entries) if (timingSafeEqual(sha256, given)) found = token;
    return found;
  }
}

const digest = (text: string): Buffer => createHash('sha256').update(text, 'utf8').digest();
