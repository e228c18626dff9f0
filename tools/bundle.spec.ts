import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const BUNDLE = join(import.meta.dirname, 'bundle.mjs');

describe('a bundle', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'tessera-bundle-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  const write = (file: string, text: string): void => {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  };
  const node = (...parameters: string[]) =>
    spawnSync(process.execPath, parameters, { cwd: folder, encoding: 'utf8', timeout: 60_000 });
  const bundle = () => node(BUNDLE, 'src/main.ts', 'dist/main.js');

  const framework = 'node_modules/framework/index.js';
  const asksFor = (name: string): string =>
    `exports.has = () => { try { return require('${name}') !== undefined; } catch { return false; } };
     exports.fail = () => { throw new Error('on purpose'); };`;

  it('runs where nothing else is, without what a framework can do without', () => {
    write(framework, asksFor('of-other-users'));
    write('src/main.ts', `import { has } from 'framework'; console.log(has());`);
    expect(bundle()).toMatchObject({ status: 0, stderr: '' });
    rmSync(join(folder, 'node_modules'), { recursive: true });

    expect(node('dist/main.js')).toMatchObject({ status: 0, stdout: 'false\n' });
  });

  it('leads to our lines, and to the files of others', () => {
    write(framework, asksFor('fs'));
    write('src/main.ts', `import { fail } from 'framework';\n\nfunction ours(): void {\n  fail();\n}\nours();\n`);
    bundle();

    const { stderr } = node('--enable-source-maps', 'dist/main.js');
    expect(stderr).toContain(join(folder, 'src/main.ts:4:'));
    expect(stderr).toContain(join(folder, framework));
  });

  it('is not made of what is not there', () => {
    write('src/main.ts', `import { gone } from 'gone'; gone();`);

    const { status, stderr } = bundle();
    expect(status).toBe(1);
    expect(stderr).toContain('"gone"');
  });
});
