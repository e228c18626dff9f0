/** An ISO instant as PostgreSQL reads it: it knows no year 0, and calls it the year 1 before the common era. */
export const sqlInstant = (iso: string): string => (iso.startsWith('0000-') ? `0001${iso.slice(4)} BC` : iso);
