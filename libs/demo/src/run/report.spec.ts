import { expectationOf, NO_LEFTOVERS } from '../oracle/source.js';
import { percentile } from './latency.js';
import { LineMeter } from './meter.js';
import { reportTable } from './report-table.js';
import { differences, issuedNet, makeReport } from './report.js';

const expected = expectationOf({ members: ['m'], purchases: [], refunds: [] }, NO_LEFTOVERS, new Date(0));
const run = { shiftDays: 7, skipped: 0, eventsPerSecond: 1234, latencyMs: { p50: 12, p99: null } };
const points = { pending: 0, active: 0, held: 0, spent: 0, expired: 0, arrears: 0 };
const report = (tiers: Record<string, number>) =>
  makeReport(run, expected, {
    asOf: new Date(0),
    progress: [],
    messages: { ledger: [], mails: null },
    summaries: {
      membership: { members: 1, tiers },
      ledger: { points, purchases: 0, refunds: 0, refundedMinor: 0 },
      segmentation: { segments: {} },
      campaign: { messagesTotal: 0 },
      books: { balanced: true, checks: [] },
    },
  });

describe('the report', () => {
  it('has exactly the documented keys', () => {
    expect(Object.keys(report({ basic: 1 }))).toEqual([
      ...[
        'source',
        'shiftDays',
        'asOf',
        'purchases',
        'refunds',
        'refundedMinor',
        'skipped',
        'members',
        'points',
        'tiers',
      ],
      ...[
        'segments',
        'messages',
        'messageRules',
        'parked',
        'deadLetters',
        'booksBalanced',
        'eventsPerSecond',
        'latencyMs',
      ],
    ]);
  });

  it('takes a name that one side leaves out for 0', () => {
    expect(differences(report({ basic: 1 }))).toEqual([]);
    expect(differences(report({ basic: 1, platinum: 2 })).map(({ figure }) => figure)).toEqual(['tier platinum']);
  });

  it('counts points wherever they are by now', () => {
    expect(issuedNet({ pending: 1, active: 10, held: 100, spent: 1_000, expired: 10_000, arrears: 5 })).toBe(11_106);
  });

  it('marks differences for people', () => {
    expect(reportTable(report({ basic: 1 }))).toContain('Every figure of the services equals');
    const table = reportTable(report({ basic: 2 }));
    expect(table).toMatch(/tier basic +│ +1 │ +2 │ <-- differs/);
    expect(table).toContain('1 figure differs');
    expect(table).toContain('p50 12, p99 not measured');
  });
});

describe('percentiles by nearest rank', () => {
  it.each([
    [[], 0.5, null],
    [[7], 0.99, 7],
    [[3, 1, 2, 4], 0.5, 2],
    [[3, 1, 2, 4.4], 0.99, 4],
  ])('of %j at %d', (values, share, expected) => expect(percentile(values, share)).toBe(expected));
});

describe('the meter of a pipe', () => {
  it('writes a line at each tenth only', () => {
    const lines: string[] = [];
    const meter = new LineMeter((line) => lines.push(line));
    meter.start('events', 200);
    for (let step = 0; step < 200; step += 1) meter.advance(1);
    meter.stop();

    expect(lines).toHaveLength(10);
    expect(lines[0]).toBe('events: 20/200 (10 %)');
    expect(lines[9]).toBe('events: 200/200 (100 %)');
  });
});
