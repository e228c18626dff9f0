import { currencyExponent, type ProgramPublished } from '@tessera/contracts';
import { programAt } from '@tessera/purchases';
import type { Program } from './domain/dues.js';

/** The one currency that points are earned in: that of the program's last version; null where there is none. */
export function currencyOf(programs: readonly ProgramPublished[]): string | null {
  return programs.at(-1)?.currency ?? null;
}

/** The version in force at an instant, as the domain wants it. One in another currency would misread the amounts, and counts as none. */
export function programsInForce(programs: readonly ProgramPublished[]): (t: Date) => Program | undefined {
  const currency = currencyOf(programs);
  const exponent = currencyExponent(currency ?? '');
  const usable = new Map(
    programs.filter((program) => program.currency === currency).map((program) => [program, { ...program, exponent }]),
  );
  return (t) => {
    const program = programAt(programs, t);
    return program && usable.get(program);
  };
}
