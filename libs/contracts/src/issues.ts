import type { z } from 'zod';

/** A refused event is kept and shown to people: more issues than this say nothing new. */
const ISSUES_MAX = 20;

type RawIssue = z.core.$ZodRawIssue;

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

function expectation(expected: string): string {
  if (expected === 'int') return 'a whole number';
  return /^[aeiou]/.test(expected) ? `an ${expected}` : `a ${expected}`;
}

/** Says what a field must be, without repeating its value, which may be personal data sent to us by mistake. */
export function reason(issue: RawIssue): string | undefined {
  const unit = issue.code === 'too_small' || issue.code === 'too_big' ? unitOf(String(issue.origin)) : '';
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined) return 'is missing';
      if (typeof issue.input === 'number' && Number.isFinite(issue.input)) {
        if (issue.expected === 'int' || issue.expected === 'number') return 'must be a whole number';
      }
      return `must be ${expectation(String(issue.expected))}, not ${kindOf(issue.input)}`;
    case 'too_small':
      return `must be ${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}${unit}`;
    case 'too_big':
      return `must be ${issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}${unit}`;
    case 'invalid_value':
      if (issue.input === undefined) return 'is missing';
      return `must be ${issue.values.map((value) => JSON.stringify(value)).join(' or ')}`;
    case 'invalid_union':
      return 'must be one of the known kinds';
    default:
      return undefined;
  }
}

function unitOf(origin: string): string {
  if (origin === 'array') return ' entries';
  return origin === 'string' ? ' characters' : '';
}

function fieldPath(path: readonly PropertyKey[]): string {
  let field = '';
  for (const step of path) field += typeof step === 'number' ? `[${step}]` : `${field && '.'}${String(step)}`;
  return field || 'data';
}

/** One line an issue: the field's path and what is wrong with it, like `lines[2].quantity: must be at least 1`. */
export function issueLines(error: z.core.$ZodError): string[] {
  const lines = error.issues.slice(0, ISSUES_MAX).map(({ path, message }) => `${fieldPath(path)}: ${message}`);
  return error.issues.length > ISSUES_MAX ? [...lines, `and ${error.issues.length - ISSUES_MAX} more`] : lines;
}
