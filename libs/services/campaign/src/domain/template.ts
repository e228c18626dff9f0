import { Liquid, LiquidError, type Template as Parsed } from 'liquidjs';
import { TemplateInvalid } from './errors.js';

export const TEMPLATE_PARTS = ['subject', 'text', 'html'] as const;
export type TemplatePart = (typeof TEMPLATE_PARTS)[number];

/** Liquid, one text a part. */
export type TemplateParts = Readonly<Record<TemplatePart, string>>;

/** What a template can show. Whatever is not known is empty, so that `default` can stand in for it. */
export type Variables = Readonly<{
  name: string;
  /** Active points. */
  points: number;
  tier: string;
  items: readonly Readonly<{ sku: string; name: string }>[];
}>;

export type Rendered = Readonly<Record<TemplatePart, string>>;

const RENDER_MS_MAX = 500;
const LENGTH_MAX = 200_000;
const MEMORY_MAX = 2_000_000;
const SUBJECT_LENGTH_MAX = 200;

/** Tags by which a template would read files or other templates. */
const FORBIDDEN_TAGS = ['include', 'render', 'layout', 'block'] as const;

function engineFor(part: TemplatePart): Liquid {
  const engine = new Liquid({
    templates: {},
    ownPropertyOnly: true,
    strictVariables: false,
    strictFilters: true,
    timezoneOffset: 'Etc/UTC',
    parseLimit: LENGTH_MAX,
    renderLimit: RENDER_MS_MAX,
    memoryLimit: MEMORY_MAX,
    ...(part === 'html' && { outputEscape: 'escape' as const }),
  });
  for (const tag of FORBIDDEN_TAGS) delete engine.tags[tag];
  // Without a way around it, no member's name can ever become markup.
  engine.registerFilter('raw', (value: unknown) => value);
  return engine;
}

const engines: Readonly<Record<TemplatePart, Liquid>> = {
  subject: engineFor('subject'),
  text: engineFor('text'),
  html: engineFor('html'),
};

function invalid(part: TemplatePart, error: unknown): TemplateInvalid {
  const [line, column] = LiquidError.is(error) ? positionOf(error) : [1, 1];
  const why = error instanceof Error ? error.message.replace(/, line:\d+, col:\d+$/, '') : String(error);
  return new TemplateInvalid(part, line, column, why);
}

function positionOf({ token }: LiquidError): readonly [number, number] {
  const [line, column] = token.getPosition();
  return [line ?? 1, column ?? 1];
}

function parse(part: TemplatePart, source: string): Parsed[] {
  try {
    return engines[part].parse(source);
  } catch (error) {
    throw invalid(part, error);
  }
}

function renderPart(part: TemplatePart, source: string, variables: Variables): string {
  const parsed = parse(part, source);
  try {
    return String(engines[part].renderSync(parsed, variables));
  } catch (error) {
    throw invalid(part, error);
  }
}

/** A header is one line, whatever a member's name holds. */
const oneLine = (text: string): string =>
  text
    .replace(/[\p{Cc}\p{Cs}\s]+/gu, ' ')
    .trim()
    .slice(0, SUBJECT_LENGTH_MAX);

/** Throws `TemplateInvalid`. Everything a template shows in its html is escaped. */
export function render(parts: TemplateParts, variables: Variables): Rendered {
  return {
    subject: oneLine(renderPart('subject', parts.subject, variables)),
    text: renderPart('text', parts.text, variables),
    html: renderPart('html', parts.html, variables),
  };
}

const SAMPLES: readonly Variables[] = [
  { name: '', points: 0, tier: '', items: [] },
  { name: 'Ada', points: 1_250, tier: 'gold', items: [{ sku: 'a', name: 'Article' }] },
];

/** Throws `TemplateInvalid` if the template cannot be read, or fails for a member of whom all, or nothing, is known. */
export function check(parts: TemplateParts): void {
  for (const sample of SAMPLES) render(parts, sample);
}
