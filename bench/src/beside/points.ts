/** By the default program: a point a unit of the currency at the lowest tier, for two years. */
const MINOR_A_POINT = 100;
const LOT_MONTHS = 24;

export const pointsOf = (totalMinor: number): number => Math.floor(totalMinor / MINOR_A_POINT);

export function lotExpiryOf(purchasedAt: Date): Date {
  const expiry = new Date(purchasedAt);
  expiry.setUTCMonth(expiry.getUTCMonth() + LOT_MONTHS);
  return expiry;
}
