import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { contractFor } from './catalogue.js';

const withoutSpace = (text: string): string => text.replaceAll(/\s+/g, '');

describe('the README', () => {
  it('shows what a contract says of bad input', () => {
    const contract = contractFor('purchase.created');
    const parsed = contract?.parse({
      memberId: 'm-1',
      purchaseId: 'p-1',
      purchasedAt: 'yesterday',
      currency: 'EUR',
      totalMinor: 1250,
    });

    expect(parsed).toEqual({
      ok: false,
      issues: ['purchasedAt: must be an ISO 8601 date and time with a zone, like 2026-03-01T09:30:00Z'],
    });
  });

  it('shows code that is run here, word for word', () => {
    const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');
    const executed = withoutSpace(readFileSync(import.meta.filename, 'utf8'));
    const snippets = [...readme.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code ?? '');

    expect(snippets).not.toHaveLength(0);
    for (const snippet of snippets) expect(executed).toContain(withoutSpace(snippet));
  });
});
