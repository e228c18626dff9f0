import type { Measured } from './measured.js';
import { holds, windowsOf, type Condition, type Rule } from './rule.js';

type Measure = Condition['measure'];
/** Without `needs` being met the rule cannot hold, and time alone cannot change that: measures only rise with a purchase. */
type Entry<D> = Readonly<{ definition: D; needs: Condition | undefined; windows: readonly number[] }>;

export type Outcome<D> = Readonly<{
  holding: readonly D[];
  /** The first instant after now at which one of the rules may change without an event; null: never. */
  dueAt: number | null;
}>;

/**
 * Rules compiled once for many members. Each rule that demands a least amount of something waits in a list ordered by that amount;
 * a member's total ever, which no window can exceed, cuts the list, so rules out of reach cost nothing.
 */
export class RuleSet<D extends Readonly<{ rule: Rule }>> {
  private readonly demanding: Readonly<Record<Measure, readonly Entry<D>[]>>;
  private readonly others: readonly Entry<D>[];

  constructor(definitions: readonly D[]) {
    const entries = definitions.map((definition): Entry<D> => {
      const needs = demandOf(definition.rule);
      return { definition, needs, windows: windowsOf(definition.rule) };
    });
    const demandingOf = (measure: Measure): readonly Entry<D>[] =>
      entries.filter(({ needs }) => needs?.measure === measure).sort((a, b) => demanded(a) - demanded(b));
    this.demanding = {
      'live-purchases': demandingOf('live-purchases'),
      'net-spend': demandingOf('net-spend'),
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
      for (const entry of this.demanding[measure]) {
        if (demanded(entry) > ever) break;
        if (entry.needs && measured.of(entry.needs) >= entry.needs.value) yield entry;
      }
    }
  }
}

const demanded = <D>({ needs }: Entry<D>): number => needs?.value ?? 0;

/** A condition for at least 1 of something without which the rule fails, by preference that of the shortest window. */
function demandOf(rule: Rule): Condition | undefined {
  if ('all' in rule) {
    const demands = rule.all.flatMap((part) => demandOf(part) ?? []);
    return demands.sort((a, b) => (a.withinDays ?? Infinity) - (b.withinDays ?? Infinity) || b.value - a.value)[0];
  }
  if ('any' in rule || 'not' in rule) return undefined;
  return rule.is !== 'at-most' && rule.value > 0 ? rule : undefined;
}
