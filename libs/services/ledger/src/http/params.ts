import { memberId } from '@tessera/contracts';
import { z } from 'zod';

export const memberIdParam = memberId;
export const redemptionIdParam = z.uuid();

export const points = z.int().min(0);
export const instantShown = z.iso.datetime();
/** Balances as every route shows them. */
export const balanceFields = {
  pending: points.describe('not yet available'),
  active: points.describe('can be spent now'),
  held: points.describe('set aside'),
  spent: points,
  expired: points.describe('lots past their expiry included, whether or not the books know yet'),
  arrears: points.describe('owed; the next credits repay them first'),
};
