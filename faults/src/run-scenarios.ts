import { Servers } from './fleet/servers.js';
import type { FaultOptions, FaultReport, Ground, Scenario } from './scenario.js';

/** A report, and how long it took in seconds. */
export type Timed = FaultReport & Readonly<{ seconds: number }>;

type Run = Readonly<{
  scenarios: readonly Scenario[];
  optionsOf(scenario: Scenario): FaultOptions;
  onReport(report: Timed): void;
}>;

/**
 * One after the other, on one Kafka and one PostgreSQL: many of them break these, or measure how long something takes. One that fails to
 * run does not hold, and the others go on.
 */
export async function runScenarios({ scenarios, optionsOf, onReport }: Run): Promise<Timed[]> {
  let servers: Promise<Servers> | undefined;
  const reports: Timed[] = [];
  try {
    for (const scenario of scenarios) {
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
      reports.push(timed);
      onReport(timed);
    }
  } finally {
    await (await servers?.catch(() => undefined))?.remove();
  }
  return reports;
}

/** Nothing is known of what it did: so nothing of it holds. */
function failed({ name }: Scenario, { seed }: FaultOptions, error: unknown): FaultReport {
  const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const nothing = { injections: 0, inFlight: 0, events: 0, lost: 0, doubled: 0, outOfOrder: 0 };
  return { name, seed, ...nothing, booksBalanced: false, holds: false, remarks: [`It failed to run: ${reason}`] };
}
