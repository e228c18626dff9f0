import { askService } from './ask-service.js';
import type { Benchmark, Course, CourseOptions, Measured, SideName } from './benchmark.js';
import { MadeUpPurchases } from './made-up-purchases.js';
import { appendMembers, onService, silence, takeIn } from './prepared-service.js';
import { DEFAULT_RULES, outOfReach, type Rules, WITHIN_REACH } from './segment-rules.js';
import { Stage } from './stage.js';
import { takePurchases } from './take-purchases.js';
import { verifyStays } from './verify-stays.js';
import { verifyTaken } from './verify-taken.js';

const SERVICE = 'segmentation';
/** More than it takes with ten rules. */
const PURCHASES_A_SECOND_MAX = 10_000;
const WARM_UP_S = 2;
const OUT_OF_REACH = 990;
const DEFINED_AT_ONCE = 10;
const TEMPLATES: Readonly<Record<SideName, string>> = { ours: 'of_1000_rules', beside: 'of_10_rules' };

export const segments: Benchmark = {
  name: 'segments',
  summary: 'purchases into segments by 1,000 rules of which 10 can hold, beside the same by those 10 alone',
  unit: 'microseconds a purchase',
  bar: { most: 1.3 },
  open: openSegments,
};

async function openSegments({ seconds, say, profileDir }: CourseOptions): Promise<Course> {
  const stage = await Stage.open({ ...(profileDir !== undefined && { profileDir }) });
  try {
    const purchases = new MadeUpPurchases((seconds + WARM_UP_S) * PURCHASES_A_SECOND_MAX, new Date());
    await defineRules(stage);
    await appendMembers(stage.log, purchases.members);
    for (const database of Object.values(TEMPLATES)) {
      await takeIn(stage, SERVICE, database);
      await silence(stage, database);
    }
    say(`${OUT_OF_REACH} and 10 rules are defined; ${purchases.members.length} members are registered.`);
    await purchases.appendTo(stage.log);
    say(`${purchases.count} purchases wait.`);
    return {
      remarks: ['The other 990 are of all forms, each with windows and amounts of its own.'],
      run: (side) => runSide(stage, TEMPLATES[side], purchases, seconds),
      close: () => stage.close(),
    };
  } catch (error) {
    await stage.close();
    throw error;
  }
}

function runSide(stage: Stage, template: string, purchases: MadeUpPurchases, seconds: number): Promise<Measured> {
  const verify = async (database: string): Promise<string[]> => [
    ...(await verifyTaken(stage, { database, template, purchases })),
    ...(await verifyStays(stage, { database, template, members: purchases.members, rules: WITHIN_REACH })),
  ];
  return takePurchases(stage, { service: SERVICE, template, purchases, seconds, verify });
}

async function defineRules(stage: Stage): Promise<void> {
  await stage.database(TEMPLATES.beside);
  await onService(stage, SERVICE, TEMPLATES.beside, async (url) => {
    for (const name of Object.keys(DEFAULT_RULES))
      await askService(stage, `${url}/${SERVICE}/v1/segments/${name}`, 'DELETE');
    await define(stage, url, WITHIN_REACH);
  });
  await stage.database(TEMPLATES.ours, TEMPLATES.beside);
  await onService(stage, SERVICE, TEMPLATES.ours, (url) => define(stage, url, outOfReach(OUT_OF_REACH)));
}

async function define(stage: Stage, url: string, rules: Rules): Promise<void> {
  const left = Object.entries(rules);
  while (left.length > 0) {
    const some = left.splice(0, DEFINED_AT_ONCE);
    const put = ([name, rule]: (typeof left)[number]): Promise<unknown> =>
      askService(stage, `${url}/${SERVICE}/v1/segments/${name}`, 'PUT', { name, rule });
    await Promise.all(some.map(put));
  }
}
