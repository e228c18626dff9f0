import { groupRewound, positionsForgotten, topicsAgain } from './duplicates/replays.js';
import { numberAgain, sharedNumbers } from './duplicates/same-number.js';
import { SecondSender } from './duplicates/second-sender.js';
import { KEEPERS } from './judging/purchase-keepers.js';
import { onFleet } from './on-fleet.js';
import { injected, type Stage } from './stage.js';

const REPLAYS = [topicsAgain, groupRewound, positionsForgotten];
/** The last quarter: what is handled again after that would be put aside again. */
const conflictsOf = (injections: number): number => Math.max(1, injections >> 2);

/** Every event comes three times, by two doors and in two orders; topics come again as a whole; numbers come with other content. */
export const duplicates = onFleet({
  name: 'duplicates',
  summary: 'every event again by both doors and shuffled, whole topics again, numbers again with other content',
  injections: 24,
  short: 4,
  // The oracle of a file knows the file alone.
  brings: (shop, { injections, file }) => ({
    purchases: file === undefined ? sharedNumbers(shop, conflictsOf(injections)) : [],
    refunds: [],
  }),
  on(stage) {
    const { injections } = stage.options;
    const replays = injections - conflictsOf(injections);
    return {
      async beside() {
        await stage.pace.begun;
        const sender = new SecondSender(stage);
        for (let number = 0; number < injections; number += 1) {
          const sent = await sender.send(number);
          const what = await again(stage, number, replays);
          const left = await stage.fleet.workLeft();
          injected(stage, `${sent} events sent twice more, ${what}; ${left} records under way.`, left > 0);
        }
      },
      check: () => otherCauses(stage),
    };
  },
});

function again(stage: Stage, number: number, replays: number): Promise<string> {
  const replay = REPLAYS[number % REPLAYS.length];
  if (number >= replays || !replay) return numberAgain(stage, number - replays);
  return replay(stage, Math.floor(number / REPLAYS.length));
}

/** Nothing but a conflict may have been put aside. */
async function otherCauses({ fleet, servers }: Stage): Promise<readonly string[]> {
  const found = await Promise.all(
    KEEPERS.map((name) =>
      servers.postgres.query<{ code: string; detail: string }>(
        fleet.databaseOf(name),
        `SELECT code, detail FROM dead_letters WHERE code <> 'conflict'`,
      ),
    ),
  );
  return found.flat().map(({ code, detail }) => `a repeat was put aside: ${code}, ${detail}`);
}
