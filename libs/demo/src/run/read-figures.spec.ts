import { asOfOf, isStill } from './read-figures.js';
import type { Progress } from './system.js';

const at = (second: number): string => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();
const reading = (until: number, nextExit: number | null, more: Partial<Progress> = {}): Progress => ({
  service: 'ledger',
  handled: 5,
  lag: 0,
  outbox: 0,
  work: 0,
  parked: [],
  deadLetters: 0,
  exitsAppliedUntil: at(until),
  nextExit: nextExit === null ? null : at(nextExit),
  ...more,
});

describe('reading figures of one instant', () => {
  it('holds while nothing was handled and no exit fell due', () => {
    expect(isStill([reading(1, 9), reading(2, null)], [reading(3, 9), reading(4, null)])).toBe(true);
  });

  it.each([
    ['an exit fell due in between', [reading(1, 3)], [reading(4, 9)]],
    ['an exit is due and not yet applied', [reading(1, 9)], [reading(2, 2)]],
    [
      "an exit of one lies before another's clock",
      [reading(1, 3), reading(1, null)],
      [reading(2, 3), reading(4, null)],
    ],
    ['something was handled', [reading(1, 9)], [reading(2, 9, { handled: 6 })]],
    ['there is work', [reading(1, 9)], [reading(2, 9, { work: 1 })]],
  ])('does not hold when %s', (_, before, after) => {
    expect(isStill(before, after)).toBe(false);
  });

  it('is as of the smallest instant of those who have one', () => {
    expect(asOfOf([reading(3, null), reading(2, null), reading(1, null, { exitsAppliedUntil: null })])).toEqual(
      new Date(at(2)),
    );
    expect(() => asOfOf([])).toThrow('No service says');
  });
});
