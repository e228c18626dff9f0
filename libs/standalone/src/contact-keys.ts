import { randomBytes } from 'node:crypto';
import { chmodSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ContactKey, contactKeyList } from '@tessera/platform-messaging';
import { StandaloneFailure } from './errors.js';

const KEY_BYTES = 32;
const ID_BYTES = 4;

/**
 * The keys under which contacts are sealed on the log, made on the first start, in a file for its owner alone. They are never
 * made anew while there is a file, however it looks: what was sealed by lost keys can be opened by nobody.
 */
export function settleContactKeys(dataDir: string): readonly ContactKey[] {
  const file = join(dataDir, 'contact-keys.json');
  const text = textIn(file);
  if (text !== undefined) return keysIn(file, text);

  const made = [{ id: randomBytes(ID_BYTES).toString('hex'), key: randomBytes(KEY_BYTES).toString('base64') }];
  // By another name first: a process that is killed here leaves no half of a file.
  const draft = `${file}.new`;
  writeFileSync(draft, `${JSON.stringify(made, null, 2)}\n`, { mode: 0o600, flush: true });
  chmodSync(draft, 0o600);
  renameSync(draft, file);
  return made;
}

function textIn(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function keysIn(file: string, text: string): readonly ContactKey[] {
  const { data, error } = contactKeyList.safeParse(parsed(text));
  if (data) return data;
  const [issue] = error.issues;
  const why = issue ? `${issue.path.join('.') || 'all'}: ${issue.message}` : 'unreadable';
  throw new StandaloneFailure(
    `${file} does not hold contact keys (${why}). Put it back from a backup: contacts cannot be opened without it.`,
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
