import type { Servers } from './fleet/servers.js';

/** What every fault scenario is told; the rest it decides by the seed. */
export type FaultOptions = Readonly<{
  injections: number;
  seed: number;
  /** A small shop and short waits, for a look whether it holds at all. */
  short: boolean;
  /** A real shop in the form of the preset `uci-online-retail`; a made-up one otherwise. */
  file?: string;
  say: (line: string) => void;
}>;

/** What came of it. `holds` is true only if everything else was checked and is as it must be. */
export type FaultReport = Readonly<{
  name: string;
  seed: number;
  injections: number;
  /** Injections that hit work: something was still to be handled or published at that moment. */
  inFlight: number;
  /** Facts that were sent. */
  events: number;
  /** Facts that the books do not show. */
  lost: number;
  /** Facts that took effect more than once. */
  doubled: number;
  /** States published with a lower number than one before them. */
  outOfOrder: number;
  /** Mails of which nobody knows whether they were taken, where the mail server is part of the run: so many may come again. */
  doubts?: number;
  /** Of all services, where they are part of the run. */
  deadLetters?: number;
  booksBalanced: boolean;
  holds: boolean;
  /** For people: what differs, and how long recovery took. */
  remarks: readonly string[];
}>;

/** What scenarios that follow each other share. */
export type Ground = Readonly<{
  /** Started by the first who asks. */
  servers(): Promise<Servers>;
}>;

export type Scenario = Readonly<{
  name: string;
  summary: string;
  /** Unless the run says how many. */
  injections: number;
  /** Injections of the short form, which takes at most 20 s; null if there is none. */
  short: number | null;
  run(options: FaultOptions, ground: Ground): Promise<FaultReport>;
}>;

const SHORT_WAIT_MS = 5_000;

/** A wait that the scenario states; the short form cuts it, to 5 s unless the scenario can do with less. */
export const waitOf = ({ short }: Pick<FaultOptions, 'short'>, ms: number, shortMs = SHORT_WAIT_MS): number =>
  short ? Math.min(ms, shortMs) : ms;
