import type { Article } from './catalogue.js';
import type { Random } from './random.js';

const DAYS = 365;

/** How one member shops. Days count from the start of the year that is made up. */
export type Habits = Readonly<{
  firstDay: number;
  lastDay: number;
  daysBetween: number;
  linesMax: number;
  /** What the member looks at; now and then something else is bought. */
  favourites: readonly Article[];
  /** Share of lines bought at a discount. */
  bargains: number;
}>;

type Kind = Readonly<{ share: number; daysBetween: readonly [number, number]; linesMax: number; bargains: number }>;

/** Few come often and much, many come once or twice: without such differences every tier but one stays empty. */
const KINDS: readonly Kind[] = [
  { share: 0.08, daysBetween: [4, 10], linesMax: 8, bargains: 0.1 },
  { share: 0.32, daysBetween: [14, 40], linesMax: 4, bargains: 0.2 },
  { share: 0.35, daysBetween: [50, 150], linesMax: 3, bargains: 0.35 },
  { share: 0.25, daysBetween: [200, 900], linesMax: 2, bargains: 0.15 },
];

export function makeHabits(random: Random, catalogue: readonly Article[]): Habits {
  const { daysBetween, linesMax, bargains } = kindOf(random);
  const firstDay = random.chance(0.6) ? random.next() * 60 : random.next() * (DAYS - 1);
  const leaves = random.chance(0.25);
  const categories = [random.pick(catalogue).category, random.pick(catalogue).category];
  return {
    firstDay,
    lastDay: leaves ? firstDay + random.next() * (DAYS - firstDay) : DAYS,
    daysBetween: random.int(daysBetween[0], daysBetween[1]),
    linesMax,
    favourites: catalogue.filter(({ category }) => categories.includes(category)),
    bargains,
  };
}

function kindOf(random: Random): Kind {
  let left = random.next();
  for (const kind of KINDS) {
    left -= kind.share;
    if (left < 0) return kind;
  }
  return KINDS[KINDS.length - 1] as Kind;
}
