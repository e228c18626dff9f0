import { z } from 'zod';
import { isCurrency } from './currency.js';
import { readInstant } from './instant.js';

/**
 * Schemas that events share. All stay representable as JSON Schema: they check and normalise in place, and never transform the type.
 * Text excludes control characters and lone surrogates, which neither UTF-8 nor a PostgreSQL text column can hold unchanged.
 */
export const text = (lengthMax: number) =>
  z.string().regex(new RegExp(`^[^\\p{Cc}\\p{Cs}]{0,${lengthMax}}$`, 'u'), {
    error: `must be up to ${lengthMax} characters without control characters`,
  });

/** The same, never empty: what is used to name something. */
export const name = (lengthMax: number) =>
  z.string().regex(new RegExp(`^[^\\p{Cc}\\p{Cs}]{1,${lengthMax}}$`, 'u'), {
    error: `must be 1 to ${lengthMax} characters without control characters`,
  });

/** A number that a fact's sender gave it; opaque, compared bytewise. */
export const ownNumber = name(64);

/** The shop's own customer number; never an e-mail address, since no personal data goes on the log. */
export const memberId = z
  .string()
  .regex(/^[A-Za-z0-9._:-]{1,64}$/, { error: 'must be 1 to 64 of the characters A-Z a-z 0-9 . _ : -' })
  .describe("Member: the shop's own customer number, 1 to 64 of A-Z a-z 0-9 . _ : - (never an e-mail address)");

/** ISO 8601 with a zone in; UTC with exactly milliseconds out (cut, not rounded), so that texts compare as their instants do. */
export const instant = z
  .string()
  .check((context) => {
    const read = readInstant(context.value);
    if (read.ok) context.value = read.instant;
    else context.issues.push({ code: 'custom', input: context.value, message: read.reason });
  })
  .meta({ format: 'date-time' });

export const currency = z
  .string()
  .check((context) => {
    if (isCurrency(context.value)) return;
    context.issues.push({
      code: 'custom',
      input: context.value,
      message: 'must be an active ISO 4217 currency code, like EUR',
    });
  })
  .meta({ pattern: '^[A-Z]{3}$' })
  .describe('Currency, an active ISO 4217 code in capitals');

/** Largest amount of one fact: far above any real basket, and thousands of them still add up to a number that is held exactly. */
export const MINOR_UNITS_MAX = 1_000_000_000_000;

/** Money, never below zero, in the currency's minor unit (EUR: cents). */
export const minorUnits = z.int().min(0).max(MINOR_UNITS_MAX);

/** A number that counts something: a whole number from 0. */
export const count = z.int().min(0);

/** A factor or rate in whole hundredths, because 100 x 1.15 is 114.99 in floats. */
export const hundredths = z.int().min(0).max(1_000_000);

/** Of a state that is said anew though nothing happened to the member. */
export const rebuilt = z
  .literal('rebuilt')
  .describe('Present if the state is said anew after a rebuild or restore: nobody acts on it, copies take it over');

/** Orders the states of one key: a consumer takes a state only if its pair is higher than the one it has. */
export const stateVersion = {
  epoch: count.describe(
    'Epoch of the producing service, Unix time in ms of its raising; a rebuild or restore raises it',
  ),
  sequence: count.describe(
    "Number of this change within the epoch, from the member's one counter in the producing service",
  ),
};
