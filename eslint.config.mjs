import js from '@eslint/js';
import { createProjectGraphAsync } from '@nx/devkit';
import nx from '@nx/eslint-plugin';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';
import { topicStrings } from './tools/boundaries/topic-strings.mjs';

// Without a graph in its cache, as in a fresh clone, the boundary rule lets everything pass with a mere warning.
await createProjectGraphAsync();

const SOURCES = ['libs/**/*.ts', 'apps/**/*.ts', 'faults/**/*.ts', 'bench/**/*.ts', 'tools/**/*.ts'];
const SPECS = [
  '**/*.spec.ts',
  '**/*.features.ts',
  '**/fixtures/**/*.ts',
  'libs/testing/**',
  'libs/platform/testing/**',
];

/** Who may import whom, by the `type:` and `scope:` tags in each package.json. Order: below imports nothing that stands above. */
const layers = [
  { sourceTag: 'type:contracts', onlyDependOnLibsWithTags: ['type:contracts'] },
  { sourceTag: 'type:platform', onlyDependOnLibsWithTags: ['type:platform', 'type:contracts', 'type:testing'] },
  { sourceTag: 'type:purchases', onlyDependOnLibsWithTags: ['type:platform', 'type:contracts', 'type:testing'] },
  {
    sourceTag: 'type:service',
    onlyDependOnLibsWithTags: ['type:platform', 'type:contracts', 'type:purchases', 'type:testing'],
  },
  { sourceTag: 'type:testing', onlyDependOnLibsWithTags: ['type:platform', 'type:contracts', 'type:testing'] },
  {
    sourceTag: 'type:composition',
    onlyDependOnLibsWithTags: ['type:service', 'type:platform', 'type:contracts', 'type:testing', 'type:demo'],
  },
  { sourceTag: 'type:demo', onlyDependOnLibsWithTags: ['type:platform', 'type:contracts', 'type:testing'] },
  {
    sourceTag: 'type:app',
    onlyDependOnLibsWithTags: ['type:composition', 'type:service', 'type:demo', 'type:platform', 'type:contracts'],
  },
  {
    sourceTag: 'type:faults',
    onlyDependOnLibsWithTags: ['type:service', 'type:demo', 'type:platform', 'type:contracts'],
  },
  // What is measured runs as it is deployed: nothing of it is called from here.
  {
    sourceTag: 'type:bench',
    onlyDependOnLibsWithTags: ['type:faults', 'type:demo', 'type:platform', 'type:contracts'],
  },
];

const SERVICES = ['collector', 'membership', 'ledger', 'segmentation', 'recommendation', 'campaign'];

/** A service knows no sibling: what it must know of another comes by the log. */
const siblings = SERVICES.map((scope) => ({
  sourceTag: `scope:${scope}`,
  notDependOnLibsWithTags: SERVICES.filter((other) => other !== scope).map((other) => `scope:${other}`),
}));

const environment = {
  selector: "MemberExpression[object.name='process'][property.name='env']",
  message: 'Only platform/config reads the environment, through a checked schema.',
};

const impure = [
  { selector: "MemberExpression[object.name='Date'][property.name='now']", message: 'Domain code is given the time.' },
  { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'Domain code is given the time.' },
  { selector: "MemberExpression[object.name='performance']", message: 'Domain code is given the time.' },
  { selector: "MemberExpression[object.name='Math'][property.name='random']", message: 'Randomness is injected.' },
];

const deepPath = {
  regex: '^@tessera/[^/]+/(src|dist)(/|$)',
  message: 'Import a package by its name: what it does not export is its own business.',
};

/** The types of `typesFrom` alone may be named in code that is otherwise pure. */
const pure = (typesFrom) => [
  'error',
  {
    patterns: [
      deepPath,
      {
        regex: '^(@nestjs/|typeorm|pg$|pg/|ioredis|kafkajs|rxjs|node:|@tessera/platform-)',
        message: 'Domain code is pure: no framework, no database, no log, no I/O.',
      },
      {
        regex: '^@tessera/contracts',
        message: 'Domain code speaks its own language: consumers and controllers translate.',
        allowTypeImports: typesFrom.includes('@tessera/contracts'),
      },
    ],
  },
];

export default tseslint.config(
  { ignores: ['**/dist/', '**/node_modules/', '.nx/', 'libs/contracts/schemas/', 'tools/boundaries/fixtures/'] },
  js.configs.recommended,
  {
    files: SOURCES,
    extends: [tseslint.configs.recommended, tseslint.configs.stylistic],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { '@nx': nx, tessera: { rules: { 'topic-strings': topicStrings } } },
    rules: {
      '@nx/enforce-module-boundaries': [
        'error',
        { enforceBuildableLibDependency: false, allow: [], depConstraints: [...layers, ...siblings] },
      ],
      'tessera/topic-strings': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-restricted-imports': ['error', { patterns: [deepPath] }],
      '@typescript-eslint/consistent-type-definitions': 'off',
      '@typescript-eslint/consistent-type-imports': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'max-lines': ['error', { max: 300 }],
      'max-lines-per-function': ['error', { max: 70, skipComments: true, skipBlankLines: true }],
      'max-params': ['error', { max: 6 }],
      'no-console': 'error',
      'no-restricted-syntax': ['error', environment],
    },
  },
  {
    files: ['**/domain/**/*.ts', 'libs/purchases/src/*.ts'],
    ignores: SPECS,
    rules: { 'no-restricted-syntax': ['error', environment, ...impure] },
  },
  { files: ['**/domain/**/*.ts'], ignores: SPECS, rules: { '@typescript-eslint/no-restricted-imports': pure([]) } },
  {
    files: ['libs/purchases/src/*.ts'],
    ignores: [...SPECS, '**/index.ts'],
    rules: { '@typescript-eslint/no-restricted-imports': pure(['@tessera/contracts']) },
  },
  {
    // The database's binaries are given the environment as a whole; nothing is read from it.
    files: ['libs/platform/config/**/*.ts', 'libs/platform/database/src/embedded/run-program.ts'],
    rules: { 'no-restricted-syntax': 'off' },
  },
  { files: ['libs/contracts/**/*.ts'], rules: { 'tessera/topic-strings': 'off' } },
  {
    files: ['apps/**/*.ts', 'faults/**/*.ts', 'bench/**/*.ts', 'libs/contracts/src/generate/**'],
    rules: { 'no-console': 'off' },
  },
  {
    files: SPECS,
    rules: {
      'max-lines': 'off',
      'max-lines-per-function': 'off',
      'no-restricted-syntax': 'off',
      'tessera/topic-strings': 'off',
      '@typescript-eslint/no-empty-function': 'off',
    },
  },
  {
    files: ['**/*.mjs'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        URL: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        globalThis: 'readonly',
        fetch: 'readonly',
      },
    },
  },
  prettier,
);
