import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { removeDataFolder, startEmbeddedPostgres } from '@tessera/platform-database/embedded';
import { ConfigInvalid, readEnvironment } from '@tessera/platform-config';
import { Command } from 'commander';
import { givenAddresses, readAddresses, removeAddresses, type StackAddresses } from './environment.js';
import { answers, type KafkaAccess } from './kafka.js';
import { cacheFolder, missingForKafka } from './kafka-jars.js';
import { reaches } from './reaches.js';
import { hasRedis } from './redis.js';
import { launchServer, runningServer, ServerNotStarted, stopLeftover } from './server-process.js';

/** `npm run stack -- up | down | status`: a real Kafka, PostgreSQL, Redis and mail sink on this machine, without Docker. */
const folder = cacheFolder();
const KEEPER = 'keeper';
const UP_MS_MAX = 10 * 60 * 1_000;
const IN_KEEPER = ['redis', 'kafka'];
const DATA = ['postgres', 'kafka', 'redis', 'mail'];

class StackFailure extends Error {}

const say = (text: string): void => void process.stdout.write(`${text}\n`);

async function up(): Promise<void> {
  if (runningServer(folder, KEEPER) === undefined) {
    await checkParts();
    await clearUp();
    mkdirSync(folder, { recursive: true });
    say('Starting Kafka, PostgreSQL, Redis and a mail sink; the first time Kafka is fetched (43 MB) ...');
    const typescript = new URL('../test/typescript/register.mjs', import.meta.url).href;
    await launchServer({
      name: KEEPER,
      folder,
      command: process.execPath,
      parameters: [
        '--conditions=@tessera/source',
        '--import',
        typescript,
        join(import.meta.dirname, 'keeper.ts'),
        folder,
      ],
      isReady: () => Promise.resolve(readAddresses(folder) !== undefined),
      readyMsMax: UP_MS_MAX,
      outlivesUs: true,
    });
  }
  const addresses = readAddresses(folder);
  if (!addresses) throw new StackFailure('The stack is being started or stopped; ask again in a moment.');
  tell(addresses);
}

/** Before anything is started, so that what is missing is said at once and all together. */
async function checkParts(): Promise<void> {
  const given = givenAddresses();
  const missing = [
    given.KAFKA_BROKERS === undefined ? await missingForKafka() : undefined,
    given.REDIS_URL === undefined && !(await hasRedis()) ? 'redis-server' : undefined,
  ].filter((part) => part !== undefined);
  if (missing.length === 0) return;
  throw new StackFailure(
    `Missing on this machine: ${missing.join(', ')}. Install it, or name what runs elsewhere: KAFKA_BROKERS, POSTGRES_URL, REDIS_URL, SMTP_URL.`,
  );
}

function tell(addresses: StackAddresses): void {
  for (const [name, address] of Object.entries(addresses)) say(`  ${name.padEnd(14)} ${address}`);
  say(`Kept in ${join(folder, 'env.json')}. To stop it: npm run stack -- down`);
}

async function down({ keep }: { keep?: true }): Promise<void> {
  await stopLeftover(folder, KEEPER);
  await clearUp();
  if (keep) {
    say('Nothing runs any more; the data is kept.');
    return;
  }
  await removeDataFolder(join(folder, 'postgres'));
  for (const name of DATA) rmSync(join(folder, name), { recursive: true, force: true });
  rmSync(join(folder, `${KEEPER}.log`), { force: true });
  say('Nothing runs any more, and the data is gone; the fetched Kafka is kept.');
}

/** What a keeper that was killed left running. */
async function clearUp(): Promise<void> {
  for (const name of IN_KEEPER) await stopLeftover(join(folder, name), name);
  const dataDir = join(folder, 'postgres');
  if (existsSync(join(dataDir, 'lock'))) await (await startEmbeddedPostgres({ dataDir })).stop();
  removeAddresses(folder);
}

/** For brokers that the environment names; a service's own settings, and all that is slow to load of it. */
async function kafkaAccess(): Promise<KafkaAccess> {
  const { kafkaOptions, logVariables } = await import('@tessera/platform-service');
  const { ssl, sasl } = kafkaOptions(readEnvironment(logVariables), 'tessera-stack') ?? {};
  return { ...(ssl !== undefined && { ssl }), ...(sasl && { sasl }) };
}

async function status(): Promise<void> {
  const addresses = readAddresses(folder);
  if (!addresses || runningServer(folder, KEEPER) === undefined) throw new StackFailure('The stack is not up.');
  let isWhole = true;
  for (const [name, address] of Object.entries(addresses)) {
    const isThere = name === 'KAFKA_BROKERS' ? await answers(address, await kafkaAccess()) : await reaches(address);
    isWhole &&= isThere;
    say(`  ${name.padEnd(14)} ${isThere ? 'answers' : 'DOES NOT ANSWER'}  ${address}`);
  }
  if (!isWhole) throw new StackFailure(`A part is down; logs lie in ${folder}.`);
}

const program = new Command('npm run stack --').description(
  'A real Kafka, PostgreSQL, Redis and mail sink on this machine, without Docker.',
);
program.command('up').description('start what is not there yet, wait until it is healthy, print addresses').action(up);
program
  .command('down')
  .description('stop what `up` started, and remove its data')
  .option('--keep', 'keep the data for the next `up`')
  .action(down);
program.command('status').description('does each part answer?').action(status);
try {
  await program.parseAsync();
  process.exit(0);
} catch (error) {
  const isTold = [StackFailure, ServerNotStarted, ConfigInvalid].some((kind) => error instanceof kind);
  const { message, stack } = error as Error;
  process.stderr.write(`${isTold ? message : (stack ?? message)}\n`);
  process.exit(1);
}
