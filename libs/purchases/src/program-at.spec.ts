import type { ProgramPublished } from '@tessera/contracts';
import { programAt } from './program-at.js';

const version = (number: number, inForceFrom: string | null): ProgramPublished =>
  ({ version: number, inForceFrom }) as ProgramPublished;

describe('the program in force', () => {
  const programs = [
    version(1, null),
    version(2, '2026-02-01T00:00:00.000Z'),
    version(3, '2026-03-01T00:00:00.000Z'),
    version(4, '2026-03-01T00:00:00.000Z'),
  ];
  const at = (t: string): number | undefined => programAt(programs, new Date(t))?.version;

  it('is the first from the beginning of time, then each from its own instant; of two at one instant the later version', () => {
    expect(at('1970-01-01T00:00:00.000Z')).toBe(1);
    expect(at('2026-01-31T23:59:59.999Z')).toBe(1);
    expect(at('2026-02-01T00:00:00.000Z')).toBe(2);
    expect(at('2026-03-01T00:00:00.000Z')).toBe(4);
  });

  it('is unknown until a program arrives', () => {
    expect(programAt([], new Date(0))).toBeUndefined();
    expect(programAt(programs.slice(1), new Date(0))).toBeUndefined();
  });
});
