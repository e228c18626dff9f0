import {
  differences,
  type Expectation,
  expectationOf,
  madeUpShop,
  meterOn,
  NO_LEFTOVERS,
  type Report,
  reportTable,
  runDemo,
  type Shop,
  uciOnlineRetail,
  uciOracle,
} from '@tessera/demo';
import { type Command, Option } from 'commander';
import { wholeNumber } from '../arguments.js';
import { type ConnectionOptions, tokenOf, urlOf, withConnection } from '../connection.js';
import { CliFailure, UsageError } from '../failures.js';
import { onStopSignal } from '../on-stop-signal.js';
import { type JsonOption, print, withJson } from '../output.js';
import { StandaloneProcess } from '../standalone-process.js';

type Options = ConnectionOptions &
  JsonOption & { members?: number; seed?: number; file?: string; preset?: string; keep?: true };
type Prepared = Readonly<{ shop: Shop; oracle: (asOf: Date) => Expectation }>;

/** An operator's system may be restarted meanwhile; one of our own does not come back. */
const AWAY_MS = 120_000;
const AWAY_MS_OF_OWN = 30_000;
const DEFAULTS = { members: 500, seed: 1 };

export function addDemo(program: Command): void {
  withJson(withConnection(program.command('demo')))
    .description(
      'pour a made-up or a real shop through the system, to the last message, and hold every figure against an oracle',
    )
    .option('--members <n>', `members of the made-up shop (${DEFAULTS.members})`, wholeNumber(1, 1_000_000))
    .option('--seed <n>', `seed of the made-up shop (${DEFAULTS.seed})`, wholeNumber(0, 4_294_967_295))
    .option('--file <file>', 'a real shop instead: csv or csv.gz in the form of the preset')
    .addOption(new Option('--preset <name>', 'what the file is').choices(['uci-online-retail']))
    .option('--keep', 'leave the standalone of the demo running, and its data in place')
    .addHelpText(
      'after',
      `
Without --url it starts a Tessera of its own on a fresh folder and a free port, and removes it at the end.
With --url it refuses a system that already holds purchases.
Exit code: 0 if every figure equals the source, 1 if one differs or the run failed, 2 if it was not clear what to do.`,
    )
    .action(runCommand);
}

async function runCommand(options: Options): Promise<void> {
  if (options.keep && options.url !== undefined)
    throw new UsageError('--keep goes with a standalone of the demo, not with --url.');
  const prepared = await prepare(options);
  if (options.url !== undefined) {
    finish(await pour(prepared, urlOf(options), tokenOf(options)), options);
    return;
  }
  finish(await pourIntoOwn(prepared, options), options);
}

async function pourIntoOwn(prepared: Prepared, options: Options): Promise<Report> {
  say('Starting a Tessera for the demo ...');
  const standalone = await StandaloneProcess.start(prepared.shop.currency);
  const clearUp = async (): Promise<void> => {
    await standalone.stop();
    await standalone.remove();
  };
  const forget = onStopSignal(clearUp);
  try {
    await standalone.ready();
    return await pour(prepared, standalone.url, standalone.token, AWAY_MS_OF_OWN);
  } catch (error) {
    standalone.assertRunning();
    throw error;
  } finally {
    forget();
    if (options.keep) keep(standalone);
    else await clearUp();
  }
}

async function prepare({ members, seed, file, preset }: Options): Promise<Prepared> {
  const now = new Date();
  if (file === undefined) {
    if (preset !== undefined) throw new UsageError('--preset needs the --file that it is about.');
    const shop = madeUpShop({
      ...DEFAULTS,
      ...(members !== undefined && { members }),
      ...(seed !== undefined && { seed }),
      now,
    });
    return { shop, oracle: (asOf) => expectationOf(shop, NO_LEFTOVERS, asOf) };
  }
  if (preset === undefined) throw new UsageError('--file needs a --preset: uci-online-retail.');
  if (members !== undefined || seed !== undefined)
    throw new UsageError('--members and --seed are for the made-up shop, not for a file.');
  say(`Reading ${file} ...`);
  const shop = await uciOnlineRetail(file, now);
  // Read once, and only when the system has done its work: it takes seconds and memory that the run would miss.
  let read: ((asOf: Date) => Expectation) | undefined;
  return { shop, oracle: (asOf) => (read ??= uciOracle(file, shop.shiftDays))(asOf) };
}

function pour({ shop, oracle }: Prepared, url: string, token: string, awayMs = AWAY_MS): Promise<Report> {
  say(
    `Pouring ${shop.members.length} members, ${shop.purchases.length} purchases and ${shop.refunds.length} refunds into ${url}`,
  );
  return runDemo({ url, token, shop, oracle, meter: meterOn(process.stderr), awayMs });
}

function finish(report: Report, options: JsonOption): void {
  print(reportTable(report), report, options);
  const count = differences(report).length;
  if (count > 0) throw new CliFailure(`${count} figure${count > 1 ? 's differ' : ' differs'} from the source.`);
}

function keep(standalone: StandaloneProcess): void {
  const { url, folder, pid } = standalone;
  standalone.leave();
  say(`Still running at ${url}, data and token in ${folder}/data. To stop it: kill -INT ${pid}`);
}

/** To standard error, so that --json - leaves standard output to the report. */
function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
