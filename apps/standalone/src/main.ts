import { Command, InvalidArgumentError, Option } from 'commander';
import { readEnvironment } from '@tessera/platform-config';
import { createLogger, type LogLevel, stopOnSignals } from '@tessera/platform-service';
import { type TracingVariables, tracingVariables } from '@tessera/platform-tracing';
import { describeStandalone, startStandalone } from '@tessera/standalone';

type Flags = { port: number; host: string; data: string; currency?: string; logLevel: LogLevel };

const portNumber = (text: string): number => {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new InvalidArgumentError('A port is a number from 1 to 65535, or 0 for any free one.');
};

const flags = new Command('npm start --')
  .description('Runs all of Tessera in this one process, with its own PostgreSQL and log in a data folder.')
  .option('--port <n>', 'port of the HTTP front; 0 takes any free one', portNumber, 3000)
  .option('--data <dir>', 'data folder, made if absent; one process at a time may use it', '.tessera/data')
  .option('--host <h>', 'address to listen on; 0.0.0.0 for all (put TLS in front of it then)', '127.0.0.1')
  .option('--currency <code>', 'ISO 4217 code, fixed when the data folder is made (default: EUR)')
  .addOption(
    new Option('--log-level <level>', 'what is logged, as JSON lines, to standard error')
      .choices(['debug', 'info', 'warn', 'error', 'silent'])
      .default('warn'),
  )
  .parse()
  .opts<Flags>();

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const logger = createLogger({ level: flags.logLevel, destination: process.stderr });

/** A setting that cannot be used is told like one of the command line. */
function tracing(): TracingVariables {
  try {
    return readEnvironment(tracingVariables);
  } catch (error) {
    process.stderr.write(`Tessera did not start. ${(error as Error).message}\n`);
    return process.exit(1);
  }
}

// Before anything runs: a signal while it starts must stop what is there by then.
const starting = startStandalone({
  dataDir: flags.data,
  port: flags.port,
  host: flags.host,
  ...(flags.currency && { currency: flags.currency }),
  tracing: tracing(),
  logger,
  say,
});
stopOnSignals(async () => {
  say('\nStopping ...');
  await (await starting).close();
});
// The terminal was closed.
process.once('SIGHUP', () => process.kill(process.pid, 'SIGTERM'));

try {
  const standalone = await starting;
  say(describeStandalone(standalone));
  const failure = await standalone.failed;
  say(`Tessera stops: ${failure.message}`);
  await standalone.close();
} catch (error) {
  process.stderr.write(`Tessera did not start. ${(error as Error).message}\n`);
}
process.exit(1);
