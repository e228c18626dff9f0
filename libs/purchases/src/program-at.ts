import type { ProgramPublished } from '@tessera/contracts';

/** The version in force at an instant: the last one, in the order of versions, whose date has come. Undefined where none is known. */
export function programAt(programs: readonly ProgramPublished[], t: Date): ProgramPublished | undefined {
  return programs.findLast(({ inForceFrom }) => inForceFrom === null || Date.parse(inForceFrom) <= t.getTime());
}
