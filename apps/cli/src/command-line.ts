import { DemoRefused, NoProgress, RequestRefused, SystemAway } from '@tessera/demo';
import { KafkaUnreachable } from '@tessera/platform-bus';
import { ConfigInvalid } from '@tessera/platform-config';
import { ServiceNotStartable } from '@tessera/platform-service';
import { Command, CommanderError } from 'commander';
import { addDemo } from './commands/demo.js';
import { addDlq } from './commands/dlq.js';
import { addLog } from './commands/log.js';
import { addMembers } from './commands/members.js';
import { addParked } from './commands/parked.js';
import { addProgram } from './commands/program.js';
import { addProgress } from './commands/progress.js';
import { addRebuild } from './commands/rebuild.js';
import { addRestored } from './commands/restored.js';
import { addTopics } from './commands/topics.js';
import { addVerify } from './commands/verify.js';
import { CliFailure, UsageError } from './failures.js';

const FAILURE = 1;
const USAGE = 2;

/** What people can mend; the message says how. */
const TOLD = [UsageError, CliFailure, DemoRefused, NoProgress, ConfigInvalid, KafkaUnreachable, ServiceNotStartable];

export function commandLine(): Command {
  const program = new Command('tessera')
    .description("Tessera's command line for operators and developers; it acts through the services' HTTP routes.")
    .showHelpAfterError('(--help says more)')
    .exitOverride();
  const commands = [addDemo, addProgress, addVerify, addParked, addDlq, addLog, addRebuild, addRestored];
  for (const add of [...commands, addMembers, addProgram, addTopics]) add(program);
  return program;
}

/** Runs a command and answers the exit code: 0 done, 1 not done or not as it should be, 2 not understood. */
export async function run(argv: readonly string[], write: (text: string) => void): Promise<number> {
  try {
    await commandLine().parseAsync([...argv], { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE;
    write(`${describe(error)}\n`);
    return error instanceof UsageError || error instanceof ConfigInvalid ? USAGE : FAILURE;
  }
}

/** A sentence for what people can mend; a stack only for what is our mistake. */
function describe(error: unknown): string {
  if (error instanceof RequestRefused) return `Tessera said no: ${error.message}.`;
  if (error instanceof SystemAway)
    return `Tessera does not answer. ${error.message}. Is it running, and is --url right?`;
  if (TOLD.some((kind) => error instanceof kind)) return (error as Error).message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
