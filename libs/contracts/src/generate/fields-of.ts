import type { EventContract } from '../define-event.js';

/** Stands in for data: each field is its own name in backticks, so that a function of data tells which fields it takes. */
export const fieldNames: unknown = new Proxy({}, { get: (_, field) => `\`${String(field)}\`` });

/** The field of the data that keys an event; or the one key that all its events have. */
export function keyField({ key }: EventContract): { field?: string; fixed?: string } {
  const named = key(fieldNames);
  const field = /^`(\w+)`$/.exec(named)?.[1];
  return field === undefined ? { fixed: named } : { field };
}
