import { Purchases1767225600100 } from './1767225600100-purchases.js';

/** Run by every service that keeps purchases, in its own database, beside its own migrations. */
export const purchaseMigrations = [Purchases1767225600100] as const;
