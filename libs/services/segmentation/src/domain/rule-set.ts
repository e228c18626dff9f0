import type { Measured } from './measured.js';
import { type Bounds, boundsOf, demandsOf } from './reach.js';
import { holds, windowsOf, type Condition, type Rule } from './rule.js';

/** Out of its bounds, or without one of `needs` being met, the rule cannot hold, and time alone cannot change that. */
type Entry<D> = Readonly<{
  definition: D;
  bounds: Bounds;
  /** None: it needs nothing. */
  needs: readonly Condition[];
  windows: readonly number[];
}>;

export type Outcome<D> = Readonly<{
  holding: readonly D[];
  /** The first instant after now at which one of the rules may change without an event; null: never. */
  dueAt: number | null;
}>;

/**
 * Rules compiled once for many members. They stand in the order of the spending that they ask for, and are read only as far as what the
 * member has ever spent. Of those, a rule that is out of reach by its other bounds, by how often the member has bought or has not, costs three comparisons.
 * Only for what is left are windows measured.
 */
export class RuleSet<D extends Readonly<{ rule: Rule }>> {
  private readonly entries: readonly Entry<D>[];

  constructor(definitions: readonly D[]) {
    this.entries = definitions
      .map((definition): Entry<D> => {
        const { rule } = definition;
        return { definition, bounds: boundsOf(rule), needs: demandsOf(rule) ?? [], windows: windowsOf(rule) };
      })
      .sort((a, b) => a.bounds['net-spend'].least - b.bounds['net-spend'].least);
  }

  /** Which rules hold at the instant that was measured, and when that is to be asked again. */
  at(measured: Measured): Outcome<D> {
    const read = (condition: Condition): number => measured.of(condition);
    const ever = {
      'live-purchases': measured.of({ measure: 'live-purchases', withinDays: null }),
      'net-spend': measured.of({ measure: 'net-spend', withinDays: null }),
    };
    // What was never there is in no window either.
    const isMet = (need: Condition): boolean => ever[need.measure] >= need.value && read(need) >= need.value;
    const holding: D[] = [];
    let dueAt = measured.nextFact();
    for (const { definition, bounds, needs, windows } of this.entries) {
      if (bounds['net-spend'].least > ever['net-spend']) break;
      if (!isWithin(bounds, ever) || (needs.length > 0 && !needs.some(isMet))) continue;
      if (holds(definition.rule, read)) holding.push(definition);
      for (const days of windows) dueAt = Math.min(dueAt, measured.nextExit(days));
    }
    return { holding, dueAt: dueAt === Infinity ? null : dueAt };
  }
}

function isWithin(bounds: Bounds, ever: Readonly<Record<Condition['measure'], number>>): boolean {
  const { 'live-purchases': purchases, 'net-spend': spend } = bounds;
  if (ever['net-spend'] > spend.most) return false;
  return ever['live-purchases'] >= purchases.least && ever['live-purchases'] <= purchases.most;
}
