import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { load } from 'js-yaml';

const VALUES = fileURLToPath(new URL('../../../deploy/helm/tessera/values.yaml', import.meta.url));
const MEBIBYTE = 1_048_576;

type Limited = Readonly<{ resources?: { limits?: { memory?: string } } }>;

/** In bytes, what a service is given where it is deployed with the chart as it comes. */
export function memoryLimit(service: string, values: string = readFileSync(VALUES, 'utf8')): number {
  const { defaults, services } = load(values) as { defaults?: Limited; services?: Readonly<Record<string, Limited>> };
  const own = services?.[service]?.resources?.limits?.memory;
  const stated = own ?? defaults?.resources?.limits?.memory ?? '';
  const [, mebibytes] = /^(\d+)Mi$/.exec(stated) ?? [];
  if (mebibytes === undefined) throw new Error(`The chart's limit of memory, "${stated}", is not stated in Mi.`);
  return Number(mebibytes) * MEBIBYTE;
}
