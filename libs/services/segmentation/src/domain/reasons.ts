import type { Measured } from './measured.js';
import { conditionsOf, holds, meets, type Condition, type Rule } from './rule.js';

export type Reason = Condition & Readonly<{ measured: number; holds: boolean }>;

/** Why a rule holds or not: each of its conditions with what was measured against it. */
export function reasonsOf(rule: Rule, measured: Measured): Readonly<{ holds: boolean; conditions: readonly Reason[] }> {
  const conditions = conditionsOf(rule).map((condition) => {
    const found = measured.of(condition);
    return { ...condition, measured: found, holds: meets(condition, found) };
  });
  return { holds: holds(rule, (condition) => measured.of(condition)), conditions };
}
