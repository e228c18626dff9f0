import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { EmbeddedPostgresFailure } from './errors.js';

/** The user that PostgreSQL's processes run as; undefined: ours. */
export type RunAs = Readonly<{ uid: number; gid: number; name: string }> | undefined;

const OTHERS = 0o001;
const GROUP = 0o010;
const OWNER = 0o100;

const passwd = (): readonly (readonly string[])[] => {
  try {
    return readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .map((line) => line.split(':'));
  } catch {
    return [];
  }
};

const isRoot = (): boolean => process.getuid?.() === 0;

/**
 * PostgreSQL refuses to run as root, so root runs it as the owner that the cluster already has, else as `postgres` where
 * that user exists, else as `nobody`: nothing is added to the system's users. Throws where none of them exists.
 */
export function chooseRunAs(cluster: string): RunAs {
  const owner = statSync(cluster, { throwIfNoEntry: false });
  if (!isRoot()) {
    const me = process.getuid?.();
    if (owner && me !== undefined && owner.uid !== me) {
      throw new EmbeddedPostgresFailure(
        'data-folder-unusable',
        `The database in ${cluster} belongs to user number ${owner.uid}, this process runs as ${me}. ` +
          'Start as the user who made it (root, if root did), or use another data folder.',
      );
    }
    return undefined;
  }

  const users = passwd();
  if (owner && owner.uid !== 0) {
    const name = users.find(([, , uid]) => uid === String(owner.uid))?.[0] ?? String(owner.uid);
    return { uid: owner.uid, gid: owner.gid, name };
  }
  for (const wanted of ['postgres', 'nobody']) {
    const [name, , uid, gid] = users.find(([user]) => user === wanted) ?? [];
    if (name && uid && gid) return { uid: Number(uid), gid: Number(gid), name };
  }
  throw new EmbeddedPostgresFailure(
    'data-folder-unusable',
    'PostgreSQL cannot run as root, and there is no user `postgres` or `nobody` to run it as. ' +
      'Start as an ordinary user, or add one: useradd --system postgres',
  );
}

/** The first folder on the way to `path`, itself included, that this user may not pass through; undefined: all are open. */
export function closedFolder(path: string, runAs: RunAs): string | undefined {
  if (!runAs) return undefined;

  const folders: string[] = [];
  for (let folder = resolve(path); ; folder = dirname(folder)) {
    folders.unshift(folder);
    if (folder === dirname(folder)) break;
  }
  return folders.find((folder) => {
    const stat = statSync(folder, { throwIfNoEntry: false });
    if (!stat) return false;
    const bit = stat.uid === runAs.uid ? OWNER : stat.gid === runAs.gid ? GROUP : OTHERS;
    return (stat.mode & bit) === 0;
  });
}
