import { z } from 'zod';

/** `parts` counts conditions and groups alike. */
export const RULE_LIMITS = { depth: 8, parts: 100, withinDays: 36_500 } as const;

/**
 * A comparison of one measure with a whole number. `withinDays` is the length N of the window (t - N x 24 h, t], null for ever;
 * `value` counts purchases for `live-purchases`, and minor units of the program's currency for `net-spend`.
 */
export const conditionSchema = z
  .strictObject({
    measure: z.enum(['live-purchases', 'net-spend']),
    withinDays: z.int().min(1).max(RULE_LIMITS.withinDays).nullable(),
    is: z.enum(['at-least', 'at-most', 'exactly']),
    value: z.int().min(0),
  })
  .meta({ id: 'Condition' });

export type Condition = Readonly<z.infer<typeof conditionSchema>>;
export type Rule =
  Readonly<{ all: readonly Rule[] }> | Readonly<{ any: readonly Rule[] }> | Readonly<{ not: Rule }> | Condition;

export type RuleIssue = Readonly<{ path: readonly (string | number)[]; message: string }>;

/** What a measure amounts to for the member and instant in question. */
export type ReadMeasure = (condition: Condition) => number;

export function holds(rule: Rule, read: ReadMeasure): boolean {
  if ('all' in rule) return rule.all.every((part) => holds(part, read));
  if ('any' in rule) return rule.any.some((part) => holds(part, read));
  if ('not' in rule) return !holds(rule.not, read);
  return meets(rule, read(rule));
}

export function meets({ is, value }: Condition, measured: number): boolean {
  if (is === 'at-least') return measured >= value;
  return is === 'at-most' ? measured <= value : measured === value;
}

/** Every condition of a rule, in the order in which it is written. */
export function conditionsOf(rule: Rule): readonly Condition[] {
  if ('all' in rule) return rule.all.flatMap(conditionsOf);
  if ('any' in rule) return rule.any.flatMap(conditionsOf);
  return 'not' in rule ? conditionsOf(rule.not) : [rule];
}

/** The distinct window lengths of a rule in days; what is measured for ever has none. */
export function windowsOf(rule: Rule): readonly number[] {
  return [...new Set(conditionsOf(rule).flatMap(({ withinDays }) => withinDays ?? []))];
}

/**
 * Reads a rule from a document of unknown shape. Every issue names its place in the document. Reading ends at the limits, so
 * that no document can keep it busy.
 */
export function readRule(document: unknown): Readonly<{ rule: Rule } | { issues: readonly RuleIssue[] }> {
  const reader = new RuleReader();
  const rule = reader.read(document, [], 1);
  return rule && reader.issues.length === 0 ? { rule } : { issues: reader.issues };
}

class RuleReader {
  readonly issues: RuleIssue[] = [];
  private parts = 0;

  read(document: unknown, path: RuleIssue['path'], depth: number): Rule | undefined {
    this.parts += 1;
    if (this.parts > RULE_LIMITS.parts + 1) return undefined;
    if (this.parts > RULE_LIMITS.parts) return this.refuse(path, `is more than the ${RULE_LIMITS.parts} parts allowed`);
    if (depth > RULE_LIMITS.depth) return this.refuse(path, `is more than ${RULE_LIMITS.depth} levels deep`);
    if (typeof document !== 'object' || document === null || Array.isArray(document)) {
      return this.refuse(path, 'must be a condition, or an object with "all", "any" or "not"');
    }
    const group = (['all', 'any', 'not'] as const).find((name) => Object.hasOwn(document, name));
    if (!group) return this.readCondition(document, path);
    if (Object.keys(document).length > 1) return this.refuse(path, `must have no field beside "${group}"`);
    return this.readGroup(group, (document as Readonly<Record<string, unknown>>)[group], [...path, group], depth + 1);
  }

  private readGroup(
    group: 'all' | 'any' | 'not',
    inner: unknown,
    path: RuleIssue['path'],
    depth: number,
  ): Rule | undefined {
    if (group === 'not') {
      const not = this.read(inner, path, depth);
      return not && { not };
    }
    if (!Array.isArray(inner) || inner.length === 0) return this.refuse(path, 'must be a list with at least one rule');
    const parts = inner
      .slice(0, RULE_LIMITS.parts)
      .flatMap((part: unknown, place) => this.read(part, [...path, place], depth) ?? []);
    return group === 'all' ? { all: parts } : { any: parts };
  }

  private readCondition(document: object, path: RuleIssue['path']): Condition | undefined {
    const condition = conditionSchema.safeParse(document);
    if (condition.success) return condition.data;
    for (const { path: within, message } of condition.error.issues) {
      this.refuse([...path, ...within.map((step) => (typeof step === 'number' ? step : String(step)))], message);
    }
    return undefined;
  }

  private refuse(path: RuleIssue['path'], message: string): undefined {
    this.issues.push({ path, message });
  }
}
