import { defaultProgram } from '@tessera/contracts';
import { askService } from './ask-service.js';
import type { Benchmark, Course, CourseOptions, Measured, SideName } from './benchmark.js';
import { MadeUpPurchases, memberNames } from './made-up-purchases.js';
import { onService, silence, takeIn, untilIdle } from './prepared-service.js';
import { originals, purchasesOfOriginals, seedMembers } from './seeded-members.js';
import { DEFAULT_RULES } from './segment-rules.js';
import { Stage } from './stage.js';
import { takePurchases } from './take-purchases.js';
import { verifyBooks } from './verify-books.js';
import { verifyStays } from './verify-stays.js';
import { verifyTaken } from './verify-taken.js';
import { verifyTiers } from './verify-tiers.js';

const FEW = 10_000;
const MANY = 1_000_000;
/** More than any of them takes. */
const PURCHASES_A_SECOND_MAX = 10_000;
const WARM_UP_S = 2;
/** As the guide says: of a million members little fits in the 128 MB that PostgreSQL begins with. */
const SETTINGS = { shared_buffers: '1GB' };

type Check = (stage: Stage, database: string, template: string, purchases: MadeUpPurchases) => Promise<string[]>;

/** Each service that does something at a purchase which could come to cost more, and what it must have done. */
const SERVICES: Readonly<Record<string, Check>> = {
  ledger: (stage, database, template, purchases) => verifyBooks(stage, database, purchases, { side: 'ours', template }),
  membership: (stage, database, _, { members }) => verifyTiers(stage, database, members),
  segmentation: (stage, database, template, { members }) =>
    verifyStays(stage, { database, template, members, rules: DEFAULT_RULES }),
};

export const growth: Benchmark = {
  name: 'growth',
  summary: 'purchases into ledger, membership and segmentation with 1,000,000 members there before, beside 10,000',
  unit: 'microseconds a purchase',
  bar: { most: 1.3 },
  open: openGrowth,
};

async function openGrowth({ seconds, say, profileDir, members: many = MANY }: CourseOptions): Promise<Course> {
  if (many < FEW) throw new RangeError(`There are ${FEW} members at the least.`);
  // The same members buy on both sides; on ours they lie far apart, among all the others.
  const step = Math.floor(many / FEW);
  const there = { beside: { count: FEW, step }, ours: { count: many, step: 1 } };
  const stage = await Stage.open({ settings: SETTINGS, ...(profileDir !== undefined && { profileDir }) });
  try {
    const now = new Date();
    await haveOriginals(stage, now);
    for (const service of Object.keys(SERVICES)) {
      for (const side of ['beside', 'ours'] as const) {
        const template = templateOf(service, side);
        await stage.database(template, originalsOf(service));
        await seedMembers(stage, template, there[side]);
        await silence(stage, template);
        say(`${service}: ${there[side].count} members are there.`);
      }
    }
    const buyers = memberNames(FEW, step);
    const purchases = new MadeUpPurchases((seconds + WARM_UP_S) * PURCHASES_A_SECOND_MAX, now, buyers);
    await purchases.appendTo(stage.log);
    say(`${purchases.count} purchases wait.`);
    return {
      remarks: [`${many} members beside ${FEW}; on both sides the same ${FEW} buy.`],
      run: (side) => runSide(stage, side, purchases, seconds),
      close: () => stage.close(),
    };
  } catch (error) {
    await stage.close();
    throw error;
  }
}

const originalsOf = (service: string): string => `originals_of_${service}`;
const templateOf = (service: string, side: SideName): string => `${service}_${side}`;

/** Membership is told of the program and the first members, and the others hear of them from it. */
async function haveOriginals(stage: Stage, now: Date): Promise<void> {
  for (const service of Object.keys(SERVICES)) await stage.database(originalsOf(service));
  await onService(stage, 'membership', originalsOf('membership'), async (url) => {
    await askService(stage, `${url}/membership/v1/programs`, 'POST', defaultProgram('EUR'));
    const members = originals.map((memberId) => ({ memberId }));
    await askService(stage, `${url}/membership/v1/members/import`, 'POST', { members });
    await stage.log.append(purchasesOfOriginals(now));
    await untilIdle(stage, url, 'membership');
  });
  for (const service of ['ledger', 'segmentation']) await takeIn(stage, service, originalsOf(service));
}

async function runSide(stage: Stage, side: SideName, purchases: MadeUpPurchases, seconds: number): Promise<Measured> {
  const done: [string, Measured][] = [];
  for (const [service, check] of Object.entries(SERVICES)) {
    const template = templateOf(service, side);
    const verify = async (database: string): Promise<string[]> => [
      ...(await verifyTaken(stage, { database, template, purchases })),
      ...(await check(stage, database, template, purchases)),
    ];
    done.push([service, await takePurchases(stage, { service, template, purchases, seconds, verify })]);
  }
  const sum = (of: (one: Measured) => number): number => done.reduce((total, [, one]) => total + of(one), 0);
  return {
    value: sum(({ value }) => value),
    parts: Object.fromEntries(done.map(([service, { value }]) => [service, value])),
    seconds: sum((one) => one.seconds),
    generatorCpuSeconds: sum((one) => one.generatorCpuSeconds),
    wrong: done.flatMap(([service, { wrong }]) => wrong.map((what) => `${service}: ${what}`)),
  };
}
