import type { Measured } from './measured.js';
import { holds, windowsOf, type Condition, type Rule } from './rule.js';

/** Without `needs` being met the rule cannot hold, and time alone cannot change that: measures only rise with a purchase. */
type Entry<D> = Readonly<{ definition: D; needs: Condition | undefined; windows: readonly number[] }>;
/** Rules that need one same measure, by what they need of it. */
type Demands<D> = Readonly<{ of: Pick<Condition, 'measure' | 'withinDays'>; entries: readonly Entry<D>[] }>;

export type Outcome<D> = Readonly<{
  holding: readonly D[];
  /** The first instant after now at which one of the rules may change without an event; null: never. */
  dueAt: number | null;
}>;

/**
 * Rules compiled once for many members. A rule that demands a least amount of something stands in the list of that measure, ordered
 * by the amount, and a list is read only as far as the member's measure reaches; lists are passed over from the first whose
 * least demand is above what the member has ever had, which no window can exceed. So rules out of reach cost next to nothing.
 */
export class RuleSet<D extends Readonly<{ rule: Rule }>> {
  private readonly demands: Readonly<Record<Condition['measure'], readonly Demands<D>[]>>;
  private readonly others: readonly Entry<D>[];

  constructor(definitions: readonly D[]) {
    const entries = definitions.map((definition): Entry<D> => {
      const needs = demandOf(definition.rule);
      return { definition, needs, windows: windowsOf(definition.rule) };
    });
    this.demands = {
      'live-purchases': demandsOn('live-purchases', entries),
      'net-spend': demandsOn('net-spend', entries),
    };
    this.others = entries.filter(({ needs }) => !needs);
  }

  /** Which rules hold at the instant that was measured, and when that is to be asked again. */
  at(measured: Measured): Outcome<D> {
    const read = (condition: Condition): number => measured.of(condition);
    const holding: D[] = [];
    let dueAt = measured.nextFact();
    for (const { definition, windows } of this.possible(measured)) {
      if (holds(definition.rule, read)) holding.push(definition);
      for (const days of windows) dueAt = Math.min(dueAt, measured.nextExit(days));
    }
    return { holding, dueAt: dueAt === Infinity ? null : dueAt };
  }

  private *possible(measured: Measured): Generator<Entry<D>> {
    yield* this.others;
    for (const measure of ['live-purchases', 'net-spend'] as const) {
      const ever = measured.of({ measure, withinDays: null });
      for (const { of, entries } of this.demands[measure]) {
        if (leastOf(entries) > ever) break;
        const has = measured.of(of);
        for (const entry of entries) {
          if (demanded(entry) > has) break;
          yield entry;
        }
      }
    }
  }
}

function demandsOn<D>(measure: Condition['measure'], all: readonly Entry<D>[]): readonly Demands<D>[] {
  const byWindow = new Map<number | null, Entry<D>[]>();
  for (const entry of all.filter(({ needs }) => needs?.measure === measure)) {
    const withinDays = entry.needs?.withinDays ?? null;
    byWindow.set(withinDays, [...(byWindow.get(withinDays) ?? []), entry]);
  }
  return [...byWindow]
    .map(([withinDays, entries]) => ({
      of: { measure, withinDays },
      entries: entries.sort((a, b) => demanded(a) - demanded(b)),
    }))
    .sort((a, b) => leastOf(a.entries) - leastOf(b.entries));
}

const demanded = <D>({ needs }: Entry<D>): number => needs?.value ?? 0;
const leastOf = <D>([first]: readonly Entry<D>[]): number => (first ? demanded(first) : Infinity);

/** A condition for at least 1 of something without which the rule fails, by preference that of the shortest window. */
function demandOf(rule: Rule): Condition | undefined {
  if ('all' in rule) {
    const demands = rule.all.flatMap((part) => demandOf(part) ?? []);
    return demands.sort((a, b) => (a.withinDays ?? Infinity) - (b.withinDays ?? Infinity) || b.value - a.value)[0];
  }
  if ('any' in rule || 'not' in rule) return undefined;
  return rule.is !== 'at-most' && rule.value > 0 ? rule : undefined;
}
