import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { load } from 'js-yaml';

const VALUES = fileURLToPath(new URL('../../../deploy/helm/tessera/values.yaml', import.meta.url));
const MEBIBYTE = 1_048_576;

/** In bytes, what a service is given where it is deployed with the chart as it comes. */
export function memoryLimit(values: string = readFileSync(VALUES, 'utf8')): number {
  const { defaults } = load(values) as { defaults?: { resources?: { limits?: { memory?: string } } } };
  const stated = defaults?.resources?.limits?.memory ?? '';
  const [, mebibytes] = /^(\d+)Mi$/.exec(stated) ?? [];
  if (mebibytes === undefined) throw new Error(`The chart's limit of memory, "${stated}", is not stated in Mi.`);
  return Number(mebibytes) * MEBIBYTE;
}
