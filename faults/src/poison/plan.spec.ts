import { madeUpShop } from '@tessera/demo';
import { partitionOf } from '@tessera/platform-bus';
import { KINDS } from './kinds.js';
import { PARTITIONS, planPoison, purchasesFor } from './plan.js';

const { purchases } = madeUpShop({ members: 60, seed: 1, now: new Date() });

describe('the plan of what is poisoned', () => {
  it('brings every kind into every partition, and behind it a purchase of that partition', () => {
    const { injections } = planPoison(purchases, KINDS.length * PARTITIONS);
    expect(new Set(injections.map(({ kind, partition }) => `${kind} ${partition}`)).size).toBe(injections.length);
    for (const { partition, victim, probe } of injections) {
      expect([victim, probe].map(({ memberId }) => partitionOf(memberId, PARTITIONS))).toEqual([partition, partition]);
    }
  });

  it('takes no purchase twice but as the model of a record that is none', () => {
    const { injections, releasedInto } = planPoison(purchases, 14);
    const taken = [...injections.flatMap(({ victim, probe }) => [...new Set([victim, probe])]), ...releasedInto];
    expect(new Set(taken).size).toBe(taken.length);
    expect(taken).toHaveLength(14 + 4 + releasedInto.length);
  });

  it('is the same when it is made of nothing but what it takes', () => {
    const needed = purchasesFor(purchases, 14);
    expect(needed.length).toBeLessThan(purchases.length);
    expect(planPoison(needed, 14)).toEqual(planPoison(purchases, 14));
  });

  it('says so if there are not enough', () => {
    expect(() => planPoison(purchases.slice(0, 30), 14)).toThrow('too small');
  });
});
