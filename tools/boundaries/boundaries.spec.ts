import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const folder = import.meta.dirname;

/** What must not be written, where it must not, and the rule that has to say so. */
const forbidden = [
  ['app-imports-app.ts', 'apps/ledger/src/main.ts', '@nx/enforce-module-boundaries'],
  ['service-imports-sibling.ts', 'libs/services/ledger/src/index.ts', '@nx/enforce-module-boundaries'],
  ['relative-path-into-a-sibling.ts', 'libs/services/ledger/src/index.ts', '@nx/enforce-module-boundaries'],
  ['bench-imports-service.ts', 'bench/src/main.ts', '@nx/enforce-module-boundaries'],
  ['platform-imports-service.ts', 'libs/platform/bus/src/log.ts', '@nx/enforce-module-boundaries'],
  ['deep-path.ts', 'libs/services/ledger/src/index.ts', '@typescript-eslint/no-restricted-imports'],
  ['domain-imports-nest.ts', 'libs/services/ledger/src/domain/errors.ts', '@typescript-eslint/no-restricted-imports'],
  [
    'domain-imports-typeorm.ts',
    'libs/services/ledger/src/domain/errors.ts',
    '@typescript-eslint/no-restricted-imports',
  ],
  [
    'domain-imports-contracts.ts',
    'libs/services/ledger/src/domain/errors.ts',
    '@typescript-eslint/no-restricted-imports',
  ],
  ['domain-reads-clock.ts', 'libs/services/ledger/src/domain/errors.ts', 'no-restricted-syntax'],
  ['domain-makes-a-date-of-now.ts', 'libs/services/ledger/src/domain/errors.ts', 'no-restricted-syntax'],
  ['domain-uses-randomness.ts', 'libs/services/ledger/src/domain/errors.ts', 'no-restricted-syntax'],
  ['reads-environment.ts', 'libs/services/ledger/src/index.ts', 'no-restricted-syntax'],
  ['writes-a-topic.ts', 'libs/services/ledger/src/index.ts', 'tessera/topic-strings'],
] as const;

describe('boundaries', () => {
  let found: Record<string, string[]>;

  beforeAll(() => {
    const cases = forbidden.map(([fixture, as]) => ({ fixture, as }));
    const output = execFileSync(process.execPath, [join(folder, 'lint-as.mjs'), JSON.stringify(cases)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    found = JSON.parse(output.trim().split('\n').at(-1) ?? '{}') as Record<string, string[]>;
  }, 180_000);

  it.each(forbidden)('%s at %s breaks %s', (fixture, _, rule) => {
    expect(found[fixture]).toContain(rule);
  });

  it('has no fixture that nobody tries', () => {
    expect(readdirSync(join(folder, 'fixtures')).sort()).toEqual(forbidden.map(([fixture]) => fixture).sort());
  });
});
