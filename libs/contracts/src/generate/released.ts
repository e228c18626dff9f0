import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SchemaFiles } from './compatibility.js';
import type { JsonSchema } from './schema-files.js';

export const RELEASED_FOLDER = 'libs/contracts/released';

/** The JSON Schemas of the last release. Throws if there is none: a check against nothing would always pass. */
export async function readReleased(folder: string): Promise<SchemaFiles> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.schema.json'));
  if (files.length === 0) throw new Error(`${RELEASED_FOLDER} holds no schemas`);
  const read = async (file: string): Promise<[string, JsonSchema]> => [
    file,
    JSON.parse(await readFile(join(folder, file), 'utf8')) as JsonSchema,
  ];
  return new Map(await Promise.all(files.sort().map(read)));
}
