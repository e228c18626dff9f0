import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startKafka } from '../stack/kafka.js';
import { missingForKafka } from '../stack/kafka-jars.js';
import { hasRedis, startRedis } from '../stack/redis.js';
import { identityOf, isSame, readIdentity, stopLeftover } from '../stack/server-process.js';

type Name = 'kafka' | 'redis';
type Variables = Readonly<Record<string, string | undefined>>;

type Server = Readonly<{
  /** Where the suites look for it. */
  variable: string;
  missing(): Promise<string | undefined>;
  start(folder: string): Promise<{ address: string; more?: Readonly<Record<string, string>>; stop(): Promise<void> }>;
}>;

export type TestServers = Readonly<{
  /** For the environment of the suites. */
  variables: Readonly<Record<string, string>>;
  /** What is left out and why; one line each. */
  leftOut: readonly string[];
  stop(): Promise<void>;
}>;

const PREFIX = 'tessera-servers-';
const NAMES: readonly Name[] = ['kafka', 'redis'];

/** Small, and quick to notice that a member is gone. */
const KAFKA_SETTINGS = { 'group.min.session.timeout.ms': '1000', 'log.cleaner.dedupe.buffer.size': '16777216' };

const SERVERS: Readonly<Record<Name, Server>> = {
  kafka: {
    variable: 'TESSERA_TEST_KAFKA',
    missing: missingForKafka,
    start: async (folder) => {
      const login = { username: 'tessera', password: randomBytes(12).toString('hex') };
      const { brokers, secured, stop } = await startKafka({ folder, settings: KAFKA_SETTINGS, login });
      return { address: brokers, more: { TESSERA_TEST_KAFKA_SECURED: JSON.stringify(secured) }, stop };
    },
  },
  redis: {
    variable: 'TESSERA_TEST_REDIS',
    missing: async () => ((await hasRedis()) ? undefined : 'redis-server'),
    start: async (folder) => {
      const { url, stop } = await startRedis({ folder });
      return { address: url, stop };
    },
  },
};

/**
 * Starts what the run asks for (`TESSERA_TEST_WITH=kafka,redis`, or all of it with CI=true) and this machine can. A server that
 * a `TESSERA_TEST_...` variable already names is used as it is.
 */
export async function startTestServers(environment: Variables): Promise<TestServers> {
  await removeLeftovers();
  const wanted = environment['CI'] === 'true' ? NAMES : (environment['TESSERA_TEST_WITH'] ?? '').split(',');
  const started: { stop(): Promise<void> }[] = [];
  const variables: Record<string, string> = {};
  const leftOut: string[] = [];
  let folder: string | undefined;
  const stop = async (): Promise<void> => {
    await Promise.all(started.map((server) => server.stop()));
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  };
  try {
    for (const name of NAMES) {
      const { variable, missing, start } = SERVERS[name];
      if (environment[variable]) continue;
      const reason = wanted.includes(name) ? await missing() : `not asked for (TESSERA_TEST_WITH=${name} starts it)`;
      if (reason !== undefined) {
        leftOut.push(
          `Suites on a real ${name} are left out: ${wanted.includes(name) ? `${reason} is missing` : reason}.`,
        );
        continue;
      }
      folder ??= ownFolder();
      mkdirSync(join(folder, name));
      const server = await start(join(folder, name));
      started.push(server);
      Object.assign(variables, server.more, { [variable]: server.address });
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return { variables, leftOut, stop };
}

function ownFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), PREFIX));
  writeFileSync(join(folder, 'owner'), JSON.stringify(identityOf(process.pid)));
  return folder;
}

/** What killed runs left: their servers still run and their folders are still there. */
async function removeLeftovers(): Promise<void> {
  for (const entry of readdirSync(tmpdir())) {
    if (!entry.startsWith(PREFIX)) continue;
    const folder = join(tmpdir(), entry);
    const owner = readIdentity(join(folder, 'owner'));
    if (!owner || isSame(owner)) continue;
    for (const name of NAMES) await stopLeftover(join(folder, name), name);
    rmSync(folder, { recursive: true, force: true });
  }
}
