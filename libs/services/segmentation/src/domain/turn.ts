import { DAY_MS, type PurchaseFact, type RefundFact } from '@tessera/purchases';
import { holds, windowsOf, type Condition, type Rule } from './rule.js';

/** What of a member's facts, or of time, can make a rule turn. */
export type FactCause =
  | Readonly<{ kind: 'purchase'; purchaseId: string; backfill: boolean }>
  | Readonly<{ kind: 'refund'; refundId: string; backfill: boolean }>
  | Readonly<{ kind: 'window' }>;

/** Why a stay began or ended: a fact, or what is none. */
export type Cause = FactCause | Readonly<{ kind: 'registration' }> | Readonly<{ kind: 'definition' }>;

export type Turn = Readonly<{ at: Date; cause: FactCause }>;

type Step = Readonly<{ at: number; rank: number; cause: FactCause; apply: (tallies: Tallies) => void }>;

/** At one instant, what leaves a window goes first, then refunds, then purchases, each with the refunds dated before it. */
const RANK = { window: 0, refund: 1, purchase: 2 } as const;

/**
 * When and by what the rule began to be as it is at `now` (holding or not), without a break since: the start of the present stay
 * or absence. It tells the member's whole story once, step by step. A rule that was never otherwise at the end of any instant
 * is dated by the last step that turned it within one, else by the last purchase or refund. Undefined without facts up to `now`.
 */
export function lastTurn(rule: Rule, purchases: readonly PurchaseFact[], now: Date): Turn | undefined {
  const tallies = new Tallies(windowsOf(rule));
  const read = (condition: Condition): number => tallies.of(condition);
  const story = stepsUntil(purchases, windowsOf(rule), now.getTime());

  let holding = holds(rule, read);
  let turned: Step | undefined;
  let turnedWithin: Step | undefined;
  let lastFact: Step | undefined;
  let holdingBefore = holding;
  story.forEach((step, place) => {
    step.apply(tallies);
    const next = holds(rule, read);
    if (next !== holding) turnedWithin = step;
    holding = next;
    if (step.cause.kind !== 'window') lastFact = step;
    if (story[place + 1]?.at === step.at) return;
    if (holding !== holdingBefore) turned = turnedWithin;
    holdingBefore = holding;
  });

  const start = turned ?? turnedWithin ?? lastFact;
  return start && { at: new Date(start.at), cause: start.cause };
}

function stepsUntil(purchases: readonly PurchaseFact[], windows: readonly number[], now: number): readonly Step[] {
  const steps = purchases.flatMap((purchase, place): readonly Step[] => {
    const at = purchase.purchasedAt.getTime();
    const { purchaseId, backfill } = purchase;
    return [
      {
        at,
        rank: RANK.purchase,
        cause: { kind: 'purchase', purchaseId, backfill },
        apply: (tallies) => tallies.enter(place, purchase.totalMinor),
      },
      ...purchase.refunds.map((refund) => refundStep(refund, place, at)),
      ...windows.map((days) => ({
        at: at + days * DAY_MS,
        rank: RANK.window,
        cause: { kind: 'window' as const },
        apply: (tallies: Tallies) => tallies.leave(place, days),
      })),
    ];
  });
  // Sorting is stable, so steps of one instant and rank stay in the order of purchases, then of refunds.
  return steps.filter(({ at }) => at <= now).sort((a, b) => a.at - b.at || a.rank - b.rank);
}

/** A refund dated before its purchase, or at its instant, takes effect with it. */
function refundStep({ refundId, refundedAt, amountMinor, backfill }: RefundFact, place: number, bought: number): Step {
  const at = refundedAt.getTime();
  return {
    at: Math.max(at, bought),
    rank: at > bought ? RANK.refund : RANK.purchase,
    cause: { kind: 'refund', refundId, backfill },
    apply: (tallies) => tallies.refund(place, amountMinor),
  };
}

type Tally = { live: number; spend: bigint };
type Entered = { net: number; windows: Set<number> };

/** Live purchases and net spend ever and in each window, kept up step by step. BigInt, as sums may pass the safe integers on their way. */
class Tallies {
  private readonly ever: Tally = { live: 0, spend: 0n };
  private readonly within: ReadonlyMap<number, Tally>;
  private readonly entered = new Map<number, Entered>();

  constructor(private readonly windows: readonly number[]) {
    this.within = new Map(windows.map((days) => [days, { live: 0, spend: 0n }]));
  }

  of({ measure, withinDays }: Condition): number {
    const tally = withinDays === null ? this.ever : this.within.get(withinDays);
    if (!tally) return 0;
    if (measure === 'live-purchases') return tally.live;
    return tally.spend > Number.MAX_SAFE_INTEGER ? Number.MAX_SAFE_INTEGER : Number(tally.spend);
  }

  enter(place: number, totalMinor: number): void {
    this.entered.set(place, { net: totalMinor, windows: new Set(this.windows) });
    this.count(place, 0, totalMinor);
  }

  refund(place: number, amountMinor: number): void {
    const purchase = this.entered.get(place);
    if (!purchase) return;
    const before = purchase.net;
    purchase.net = Math.max(0, before - amountMinor);
    this.count(place, before, purchase.net);
  }

  leave(place: number, days: number): void {
    const purchase = this.entered.get(place);
    const tally = this.within.get(days);
    if (!purchase?.windows.delete(days) || !tally) return;
    change(tally, purchase.net, 0);
  }

  private count(place: number, before: number, after: number): void {
    change(this.ever, before, after);
    for (const days of this.entered.get(place)?.windows ?? []) {
      const tally = this.within.get(days);
      if (tally) change(tally, before, after);
    }
  }
}

function change(tally: Tally, before: number, after: number): void {
  tally.live += Number(after > 0) - Number(before > 0);
  tally.spend += BigInt(after) - BigInt(before);
}
