import { Servers } from './fleet/servers.js';
import type { FaultOptions, FaultReport, Ground, Scenario } from './scenario.js';

/** A report, and how long it took in seconds. */
export type Timed = FaultReport & Readonly<{ seconds: number }>;

type Run = Readonly<{
  scenarios: readonly Scenario[];
  optionsOf(scenario: Scenario): FaultOptions;
  onReport(report: Timed): void;
  /** How many run side by side, of those that leave the servers whole. */
  atOnce: number;
}>;

/**
 * All on one Kafka and one PostgreSQL; those that break these run last, one after the other. One that fails to run does
 * not hold, and the others go on. Reports come in the order of `scenarios`.
 */
export async function runScenarios({ scenarios, optionsOf, onReport, atOnce }: Run): Promise<Timed[]> {
  let servers: Promise<Servers> | undefined;
  const reports = new Map<Scenario, Timed>();
  const runOne = async (scenario: Scenario): Promise<void> => {
    const options = optionsOf(scenario);
    const ground: Ground = {
      servers() {
        options.say('Kafka and PostgreSQL are started, if they do not run yet.');
        return (servers ??= Servers.start());
      },
    };
    const startedAt = performance.now();
    const report = await scenario.run(options, ground).catch((error: unknown) => failed(scenario, options, error));
    const timed = { ...report, seconds: Math.round((performance.now() - startedAt) / 100) / 10 };
    reports.set(scenario, timed);
    onReport(timed);
  };
  const inTurn = async (queue: Scenario[]): Promise<void> => {
    for (let next = queue.shift(); next; next = queue.shift()) await runOne(next);
  };
  try {
    const sharing = scenarios.filter(({ alone }) => !alone);
    await Promise.all(Array.from({ length: atOnce }, () => inTurn(sharing)));
    await inTurn(scenarios.filter(({ alone }) => alone));
  } finally {
    await (await servers?.catch(() => undefined))?.remove();
  }
  return scenarios.flatMap((scenario) => reports.get(scenario) ?? []);
}

/** Nothing is known of what it did: so nothing of it holds. */
function failed({ name }: Scenario, { seed }: FaultOptions, error: unknown): FaultReport {
  const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const nothing = { injections: 0, inFlight: 0, events: 0, lost: 0, doubled: 0, outOfOrder: 0 };
  return { name, seed, ...nothing, booksBalanced: false, holds: false, remarks: [`It failed to run: ${reason}`] };
}
