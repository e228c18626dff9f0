import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/**
 * Lints the chart and renders it with each file of its `ci` folder, by helm itself, into `rendered`: what the chart becomes can then be
 * read, reviewed and tested where there is no helm. The first line says which chart it was, so that an old rendering is noticed.
 */
const KUBERNETES = '1.31.0';
const here = import.meta.dirname;
const chart = join(here, 'tessera');
const folder = process.argv[2] ?? join(here, 'rendered');

const files = readdirSync(chart, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => relative(chart, join(entry.parentPath, entry.name)))
  .sort();

export const digest = files
  .reduce((hash, file) => hash.update(`${file}\n`).update(readFileSync(join(chart, file))), createHash('sha256'))
  .digest('hex');

export const cases = files.flatMap((file) => /^ci\/(.*)-values\.yaml$/.exec(file)?.[1] ?? []);

if (process.argv[1] === import.meta.filename) {
  mkdirSync(folder, { recursive: true });
  for (const name of cases) {
    const values = ['--values', join(chart, `ci/${name}-values.yaml`)];
    execFileSync('helm', ['lint', '--strict', chart, ...values], { stdio: ['ignore', 'ignore', 'inherit'] });
    const where = ['--namespace', 'shop', '--kube-version', KUBERNETES];
    const rendered = execFileSync('helm', ['template', 'tessera', chart, ...where, ...values], { encoding: 'utf8' });
    writeFileSync(join(folder, `${name}.yaml`), `# chart ${digest}\n${rendered}`);
  }
}
