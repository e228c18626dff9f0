import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { generatedFiles, SCHEMA_FOLDER } from './render.js';

const root = join(import.meta.dirname, '../../../..');

describe('generated files', () => {
  const files = generatedFiles();

  it.each([...files.keys()])('%s is what the contracts give (npm run generate)', (path) => {
    expect(readFileSync(join(root, path), 'utf8')).toBe(files.get(path));
  });

  it('leave no schema of an event that is no more', () => {
    const present = readdirSync(join(root, SCHEMA_FOLDER)).map((file) => `${SCHEMA_FOLDER}/${file}`);
    expect(present.filter((path) => !files.has(path))).toEqual([]);
  });
});
