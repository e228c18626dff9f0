import { TemplateInvalid } from './errors.js';
import { check, render, type TemplateParts, type Variables } from './template.js';

const parts = (fields: Partial<TemplateParts> = {}): TemplateParts => ({
  subject: 's',
  text: 't',
  html: 'h',
  ...fields,
});
const ada: Variables = {
  name: 'Ada <b>',
  points: 12,
  tier: 'gold',
  items: [
    { sku: 'x', name: 'Tea & Co' },
    { sku: 'y', name: '' },
  ],
};
const nobody: Variables = { name: '', points: 0, tier: '', items: [] };

describe('a template', () => {
  it('shows name, points, tier and items', () => {
    const text =
      '{{ name }} {{ points }} {{ tier }}{% for item in items %} {{ item.name | default: item.sku }}{% endfor %}';

    expect(render(parts({ text }), ada).text).toBe('Ada <b> 12 gold Tea & Co y');
    expect(render(parts({ text: 'Hello {{ name | default: "there" }}{{ nonsense.deep }}' }), nobody).text).toBe(
      'Hello there',
    );
  });

  it.each([
    '{{ name }}',
    '{{ name | raw }}',
    '{% echo name %}',
    '{% assign x = name %}{{ x }}',
    '{% liquid echo name %}',
    '{% cycle name, "b" %}',
    '{% for n in (1..1) %}{{ name }}{% endfor %}',
  ])('never lets a name become markup: %s', (html) => {
    const rendered = render(parts({ html }), ada);

    expect(rendered.html).not.toContain('<b>');
    expect(rendered.html).toContain('Ada');
  });

  it('has a subject of one line, whatever is in a name', () => {
    const evil = { ...nobody, name: 'Ada\r\nBcc: all@example.test\u0000\t' };

    expect(render(parts({ subject: 'To {{ name }}\n' }), evil).subject).toBe('To Ada Bcc: all@example.test');
    expect(render(parts({ subject: 'x'.repeat(500) }), evil).subject).toHaveLength(200);
  });

  it.each<[string, Partial<TemplateParts>, RegExp]>([
    ['a tag that is not closed', { text: 'a\nb {% if x %}' }, /^text, line 2, column 3: tag .* not closed/],
    ['an output that is not closed', { html: '{{ name ' }, /^html, line 1, column 1: /],
    ['an unknown filter', { subject: '{{ name | shout }}' }, /^subject, line 1, column 1: undefined filter: shout/],
    ['an unknown tag', { text: '\n\n{% script %}' }, /^text, line 3, column 1: tag "script" not found/],
    ['a file', { text: '{% include "/etc/passwd" %}' }, /^text, line 1, column 1: tag "include" not found/],
    ['a file by another tag', { html: '{% render "x" %}' }, /tag "render" not found/],
    ['a layout', { html: '{% layout "x" %}' }, /tag "layout" not found/],
    ['a loop without end', { text: '{% for i in (1..900000000) %}x{% endfor %}' }, /limit exceeded/],
  ])('with %s is refused, with part and line', (_case, wrong, message) => {
    expect(() => check(parts(wrong))).toThrow(TemplateInvalid);
    expect(() => check(parts(wrong))).toThrow(message);
  });

  it('reaches nothing but its variables', () => {
    const text = '{{ name.constructor }}{{ items.constructor.name }}{{ __proto__ }}{{ process }}';

    expect(render(parts({ text }), ada).text).toBe('');
  });
});
