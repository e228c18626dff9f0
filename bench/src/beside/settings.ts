/** Where a side consumes from and writes to. */
export type ConsumerSettings = Readonly<{ brokers: string; databaseUrl: string; group: string }>;

/** What the benchmark told this process: settings are given by it alone, not by the environment. */
export const settingsOf = <Settings>(): Settings => JSON.parse(process.argv[2] ?? '{}') as Settings;

/** Tells the benchmark that work has begun, and ends in order when it is asked to. */
export function ready(close: () => Promise<unknown>): void {
  process.once('SIGTERM', () => void close().finally(() => process.exit(0)));
  process.send?.('ready');
}
