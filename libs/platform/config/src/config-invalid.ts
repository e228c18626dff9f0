export type ConfigProblem = Readonly<{ variable: string; expected: string; found: string }>;

/** Thrown at start when the environment does not fit; names every variable to be mended, not only the first. */
export class ConfigInvalid extends Error {
  override readonly name = 'ConfigInvalid';
  readonly code = 'config-invalid';

  constructor(readonly problems: readonly ConfigProblem[]) {
    super(
      ['The configuration cannot be used:', ...problems.map((p) => `  ${p.variable}: ${p.expected} (${p.found})`)].join(
        '\n',
      ),
    );
  }
}
