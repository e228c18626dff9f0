import type { Measured } from './measured.js';
import { demandsOf, limitOf } from './reach.js';
import { holds, windowsOf, type Condition, type Rule } from './rule.js';

type Measure = Condition['measure'];
const MEASURES: readonly Measure[] = ['live-purchases', 'net-spend'];

/** Without one of `needs` being met, or with more than `limits` ever, the rule cannot hold, and time alone cannot change that. */
type Entry<D> = Readonly<{
  definition: D;
  needs: readonly Condition[];
  limits: Readonly<Record<Measure, number>>;
  windows: readonly number[];
}>;
type Demand<D> = Readonly<{ atLeast: number; entry: Entry<D> }>;
/** Rules that need some of one same measure, by how much of it. */
type Demands<D> = Readonly<{ of: Pick<Condition, 'measure' | 'withinDays'>; demands: readonly Demand<D>[] }>;

export type Outcome<D> = Readonly<{
  holding: readonly D[];
  /** The first instant after now at which one of the rules may change without an event; null: never. */
  dueAt: number | null;
}>;

/**
 * Rules compiled once for many members. A rule that demands a least amount of something, or of one of several things, stands in the list of each such
 * measure, ordered by the amount, and a list is read only as far as the member's measure reaches; lists are passed over from the first whose
 * least demand is above what the member has ever had, which no window can exceed. So rules out of reach cost next to nothing.
 */
export class RuleSet<D extends Readonly<{ rule: Rule }>> {
  private readonly demands: Readonly<Record<Measure, readonly Demands<D>[]>>;
  private readonly others: readonly Entry<D>[];

  constructor(definitions: readonly D[]) {
    const entries = definitions.map((definition): Entry<D> => {
      const { rule } = definition;
      const limits = {
        'live-purchases': limitOf(rule, 'live-purchases'),
        'net-spend': limitOf(rule, 'net-spend'),
      };
      return { definition, needs: demandsOf(rule) ?? [], limits, windows: windowsOf(rule) };
    });
    this.demands = {
      'live-purchases': demandsOn('live-purchases', entries),
      'net-spend': demandsOn('net-spend', entries),
    };
    this.others = entries.filter(({ needs }) => needs.length === 0);
  }

  /** Which rules hold at the instant that was measured, and when that is to be asked again. */
  at(measured: Measured): Outcome<D> {
    const read = (condition: Condition): number => measured.of(condition);
    const ever = {
      'live-purchases': measured.of({ measure: 'live-purchases', withinDays: null }),
      'net-spend': measured.of({ measure: 'net-spend', withinDays: null }),
    };
    const holding: D[] = [];
    let dueAt = measured.nextFact();
    for (const { definition, limits, windows } of this.within(measured, ever)) {
      if (MEASURES.some((measure) => ever[measure] > limits[measure])) continue;
      if (holds(definition.rule, read)) holding.push(definition);
      for (const days of windows) dueAt = Math.min(dueAt, measured.nextExit(days));
    }
    return { holding, dueAt: dueAt === Infinity ? null : dueAt };
  }

  /** Rules of which something that they need is there, each once. */
  private within(measured: Measured, ever: Readonly<Record<Measure, number>>): Iterable<Entry<D>> {
    const found = new Set(this.others);
    for (const measure of MEASURES) {
      for (const { of, demands } of this.demands[measure]) {
        if (leastOf(demands) > ever[measure]) break;
        const has = measured.of(of);
        for (const { atLeast, entry } of demands) {
          if (atLeast > has) break;
          found.add(entry);
        }
      }
    }
    return found;
  }
}

function demandsOn<D>(measure: Measure, all: readonly Entry<D>[]): readonly Demands<D>[] {
  const byWindow = new Map<number | null, Demand<D>[]>();
  for (const entry of all) {
    for (const { measure: of, withinDays, value } of entry.needs) {
      if (of === measure) byWindow.set(withinDays, [...(byWindow.get(withinDays) ?? []), { atLeast: value, entry }]);
    }
  }
  return [...byWindow]
    .map(([withinDays, demands]) => ({
      of: { measure, withinDays },
      demands: demands.sort((a, b) => a.atLeast - b.atLeast),
    }))
    .sort((a, b) => leastOf(a.demands) - leastOf(b.demands));
}

const leastOf = <D>([first]: readonly Demand<D>[]): number => first?.atLeast ?? Infinity;
