import type { PurchaseFact } from '@tessera/purchases';
import fc from 'fast-check';
import { DAY, naiveHolds, someInstant, somePurchases, someRule } from './naive.features.js';
import { foundByRebuild, place, type MemberStanding, type Ruling, type Rulings, type Stay } from './placement.js';
import { RuleSet } from './rule-set.js';
import type { Rule } from './rule.js';

const day = (days: number): Date => new Date(days * DAY);
const big: Rule = { measure: 'net-spend', withinDays: 180, is: 'at-least', value: 100 };
const never: Rule = { measure: 'live-purchases', withinDays: null, is: 'at-most', value: 0 };

const ruling = (some: Partial<Ruling> = {}): Ruling => ({
  segment: 'big',
  version: 1,
  rule: big,
  basis: 0,
  changedAt: day(-1_000),
  ...some,
});
const rulings = (...all: readonly Ruling[]): Rulings => ({
  bySegment: new Map(all.map((one) => [one.segment, one])),
  set: new RuleSet(all),
});
const bought = (purchaseId: string, purchasedAt: Date, totalMinor: number): PurchaseFact => ({
  memberId: 'm1',
  purchaseId,
  purchasedAt,
  totalMinor,
  backfill: false,
  refunds: [],
});
const member = (some: Partial<MemberStanding> = {}): MemberStanding => ({
  registeredAt: day(0),
  evaluatedBasis: 0,
  stays: [],
  purchases: [],
  ...some,
});
const stay = (some: Partial<Stay> = {}): Stay => ({
  segment: 'big',
  version: 1,
  enteredAt: day(1),
  cause: { kind: 'purchase', purchaseId: 'a', backfill: false },
  backfill: false,
  ...some,
});

describe('placing a member', () => {
  it('enters and leaves exactly the difference between the rules that hold and the stays', () => {
    const someRulings = fc
      .array(someRule, { maxLength: 6 })
      .map((rules) => rules.map((rule, n) => ruling({ segment: `s${n}`, rule })));
    fc.assert(
      fc.property(somePurchases, someInstant, someRulings, fc.subarray(['s0', 's1', 's2', 'gone']), (...drawn) => {
        const [purchases, now, all, kept] = drawn;
        const stays = kept.map((segment) => stay({ segment }));

        const placement = place(member({ purchases, stays }), rulings(...all), new Date(now));

        const names = (found: readonly { segment: string }[]): readonly string[] => found.map(({ segment }) => segment);
        const expected = names(all.filter(({ rule }) => naiveHolds(rule, purchases, now)));
        expect(names(placement.inside)).toEqual(expected);
        expect(names(placement.entered)).toEqual(expected.filter((segment) => !kept.includes(segment)));
        expect(names(placement.left)).toEqual(kept.filter((segment) => !expected.includes(segment)).sort());
      }),
      { numRuns: 500 },
    );
  });

  it('keeps the date, version and cause of a stay that goes on, whatever became known since', () => {
    const purchases = [bought('earlier', day(0), 100), bought('a', day(1), 100)];

    const placement = place(member({ purchases, stays: [stay()] }), rulings(ruling({ version: 2, basis: 1 })), day(2));

    expect(placement).toMatchObject({ inside: [stay()], entered: [], left: [], dueAt: day(180) });
  });

  it('dates an entry by the purchase that made it', () => {
    const { entered } = place(member({ purchases: [bought('a', day(1), 100)] }), rulings(ruling()), day(9));

    expect(entered).toEqual([stay()]);
  });

  it('dates what a registration brings at the latest purchase up to now', () => {
    const purchases = [bought('a', day(1), 100), bought('b', day(5), 1), bought('ahead', day(10), 1)];

    const { entered } = place(member({ evaluatedBasis: null, purchases }), rulings(ruling()), day(9));

    expect(entered).toEqual([stay({ enteredAt: day(5), cause: { kind: 'registration' } })]);
  });

  it('dates what a registration brings without a purchase at the registration, but not ahead of now', () => {
    const enteredAt = (registeredAt: Date, now: Date): Date | undefined =>
      place(member({ evaluatedBasis: null, registeredAt }), rulings(ruling({ rule: never })), now).entered[0]
        ?.enteredAt;

    expect(enteredAt(day(3), day(9))).toEqual(day(3));
    expect(enteredAt(day(3), day(2))).toEqual(day(2));
  });

  it('dates what a new definition brings at the time it is found, unless facts turned it since', () => {
    const isNew = ruling({ version: 3, basis: 7, changedAt: day(5) });
    const entered = (purchasedAt: Date): readonly Stay[] =>
      place(member({ evaluatedBasis: 6, purchases: [bought('a', purchasedAt, 100)] }), rulings(isNew), day(9)).entered;

    expect(entered(day(4))).toEqual([stay({ version: 3, enteredAt: day(9), cause: { kind: 'definition' } })]);
    expect(entered(day(6))).toEqual([stay({ version: 3, enteredAt: day(6) })]);
  });

  it('marks an entry of history, and keeps the mark for as long as the stay lasts', () => {
    const history = { ...bought('a', day(1), 100), backfill: true, loadedAt: day(8) };
    const marked = stay({ cause: { kind: 'purchase', purchaseId: 'a', backfill: true }, backfill: true });

    expect(place(member({ purchases: [history] }), rulings(ruling()), day(9)).entered).toEqual([marked]);
    const purchases = [history, bought('b', day(9), 100)];
    expect(place(member({ purchases, stays: [marked] }), rulings(ruling()), day(10))).toMatchObject({
      inside: [marked],
      entered: [],
    });
  });

  it('marks what a rebuild finds, and leaves the mark of stays that it only finds again', () => {
    const other = ruling({
      segment: 'some',
      rule: { measure: 'live-purchases', withinDays: null, is: 'at-least', value: 1 },
    });
    const found = place(
      member({ purchases: [bought('a', day(1), 100)], stays: [stay()] }),
      rulings(ruling(), other),
      day(9),
    );

    const marked = stay({ segment: 'some', backfill: true });
    expect(foundByRebuild(found)).toMatchObject({ entered: [marked], inside: [stay(), marked], left: [] });
  });

  it('leaves by the window, by a changed definition, and by a removed one', () => {
    const purchases = [bought('a', day(1), 100)];
    const at = (standing: Partial<MemberStanding>, all: Rulings, now: Date) =>
      place(member({ purchases, stays: [stay()], ...standing }), all, now).left;

    expect(at({}, rulings(ruling()), day(181))).toEqual([
      { segment: 'big', version: 1, leftAt: day(181), cause: { kind: 'window' } },
    ]);
    const byDefinition = [{ segment: 'big', version: 1, leftAt: day(9), cause: { kind: 'definition' } }];
    expect(at({}, rulings(ruling({ rule: never, basis: 1, changedAt: day(8) })), day(9))).toEqual(byDefinition);
    expect(at({}, rulings(), day(9))).toEqual(byDefinition);
  });

  it('counts it as a change of definition when facts that counted no longer do', () => {
    const { left } = place(member({ stays: [stay()] }), rulings(ruling()), day(9));

    expect(left).toEqual([{ segment: 'big', version: 1, leftAt: day(9), cause: { kind: 'definition' } }]);
  });
});
