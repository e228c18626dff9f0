import { mkdtempSync, readdirSync, statSync } from 'node:fs';
import { register } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PREFIX = 'tessera-test-';
/** Folders of suites that start a PostgreSQL of their own; whether they are in use is for their age to say. */
const SUITES = /^tessera-(embedded|standalone)-/;
const OLD_MS = 60 * 60 * 1_000;
const SIGNALS = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 };

/** The tests' database dies with the machine and is made anew each time, so it need not wait for the disk. */
const SETTINGS = { max_connections: '300', fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };

/**
 * One PostgreSQL cluster a run, in which every suite makes databases of its own; a Kafka and a Redis where they are asked for and
 * can be had, in which every suite makes names of its own.
 */
export default async function setUp() {
  register('./typescript/hooks.mjs', import.meta.url);
  const { removeDataFolder, startEmbeddedPostgres } =
    await import('../../libs/platform/database/src/embedded/index.ts');
  await removeLeftovers(removeDataFolder);

  const { startTestServers } = await import('./servers.ts');
  const servers = await startTestServers(process.env);
  Object.assign(process.env, servers.variables);
  for (const line of servers.leftOut) process.stdout.write(`${line}\n`);

  const dataDir = mkdtempSync(join(tmpdir(), PREFIX));
  const cluster = await startEmbeddedPostgres({ dataDir, settings: SETTINGS });
  const stop = () => Promise.all([cluster.stop(), servers.stop()]);
  const onSignal = Object.entries(SIGNALS).map(([signal, code]) => {
    const handler = () => void stop().finally(() => process.exit(code));
    process.once(signal, handler);
    return () => process.off(signal, handler);
  });

  globalThis.__TESSERA_CLUSTER__ = {
    async remove() {
      for (const forget of onSignal) forget();
      await stop();
      await removeDataFolder(dataDir);
    },
  };
  process.env.TESSERA_TEST_POSTGRES = cluster.url('postgres');
}

/** What killed runs left: their server still runs and their folder is still there. A living run's folder is locked. */
async function removeLeftovers(removeDataFolder) {
  for (const name of readdirSync(tmpdir())) {
    if (!name.startsWith(PREFIX) && !SUITES.test(name)) continue;
    const folder = join(tmpdir(), name);
    try {
      const isOld = Date.now() - statSync(folder).mtimeMs > OLD_MS;
      const isAbandoned = name.startsWith(PREFIX) && readdirSync(folder).includes('lock');
      if (isOld || isAbandoned) await removeDataFolder(folder);
    } catch {
      // In use, or another user's: theirs to remove.
    }
  }
}
