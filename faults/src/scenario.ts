/** What every fault scenario is told; the rest it decides by the seed. */
export type FaultOptions = Readonly<{
  injections: number;
  seed: number;
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
  booksBalanced: boolean;
  holds: boolean;
  /** For people: what differs, and how long recovery took. */
  remarks: readonly string[];
}>;

export type Scenario = Readonly<{
  name: string;
  summary: string;
  injections: number;
  run(options: FaultOptions): Promise<FaultReport>;
}>;
