import type { Shop } from '@tessera/demo';
import type { Fleet } from './fleet/fleet.js';
import type { ServersInUse } from './fleet/servers.js';
import type { Letter } from './judging/dead-letters.js';
import type { TroubledMailServer } from './mail/troubled-mail-server.js';
import type { Pace } from './posting/pace.js';
import type { Brought } from './posting/pouring.js';
import type { FaultOptions } from './scenario.js';

/** Injections that happened, and those of them that hit work. */
export type Tally = { done: number; inFlight: number };

/** All that a scenario on a fleet has to do with. */
export type Stage = Readonly<{
  options: FaultOptions;
  servers: ServersInUse;
  fleet: Fleet;
  mail: TroubledMailServer;
  /** What is posted. */
  shop: Shop;
  /** Facts that the scenario is to put on the log itself. */
  brought: Brought;
  /** To be kept by the scenario. */
  tally: Tally;
  /** For what waits until there is work; counts only where events are paced (`beside`). */
  pace: Pace;
  /** Dead letters that there must be in the end: the scenario adds what it poisons. Any other is one too many. */
  poisoned: Letter[];
  /** For people, below the report. */
  remarks: string[];
}>;

/** Counts an injection and says so. */
export function injected({ tally, options }: Stage, what: string, hitWork: boolean): void {
  tally.done += 1;
  if (hitWork) tally.inFlight += 1;
  options.say(`${tally.done}/${options.injections}: ${what}`);
}
