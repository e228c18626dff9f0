import { milliseconds } from '@tessera/platform-config';
import { z } from 'zod';

const HOUR_MS = 3_600_000;

export const ledgerSettings = z
  .object({
    /** How often the books are checked as a whole; by one replica, whichever comes first. */
    booksCheckMs: z.int().min(1).max(86_400_000).default(HOUR_MS),
  })
  .prefault({});

export type LedgerSettings = z.infer<typeof ledgerSettings>;

/** Environment of the service beyond that of every service. */
export const ledgerVariables = z.object({
  BOOKS_CHECK_MS: milliseconds
    .default(HOUR_MS)
    .describe('how often the whole journal is read and checked, for the metrics'),
});

/** What the definition's `settings` ask for, from the environment. */
export const ledgerSettingsFrom = ({ BOOKS_CHECK_MS }: z.infer<typeof ledgerVariables>): LedgerSettings => ({
  booksCheckMs: BOOKS_CHECK_MS,
});
