import fc from 'fast-check';
import { giveBack, spend } from './movements.js';
import type { Share } from './lots.js';
import { type Due, settle } from './settlement.js';
import { type Balance, emptyWallet, type Line, type Wallet } from './wallet.js';

export const DAY = 86_400_000;

/** Purchases are named by number, made on the day of that number, and their lots expire ten days later. */
export const aDue = (lotId: string, points: number, change: Partial<Due['terms']> = {}): Due => ({
  purchasedAt: new Date(Number(lotId) * DAY),
  points,
  terms: {
    lotId,
    expiresAt: new Date((Number(lotId) + 10) * DAY),
    netMinor: points * 100,
    programVersion: 1,
    ...change,
  },
  refund: { refundId: `r-${lotId}`, refundedAt: new Date((Number(lotId) + 1) * DAY) },
});

/** What can happen to a wallet, day by day: points due of a purchase change, points are spent, a spend is given back, time passes. */
export type Step =
  | Readonly<{ kind: 'due'; lotId: string; points: number }>
  | Readonly<{ kind: 'spend'; points: number }>
  | Readonly<{ kind: 'give back'; which: number }>
  | Readonly<{ kind: 'wait'; days: number }>;

export const someSteps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({ kind: fc.constant('due' as const), lotId: fc.nat(6).map(String), points: fc.nat(50) }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ kind: fc.constant('spend' as const), points: fc.integer({ min: 1, max: 60 }) }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('give back' as const), which: fc.nat(5) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait' as const), days: fc.nat(6) }) },
  ),
  { maxLength: 40 },
);

export type History = {
  wallet: Wallet;
  journal: (readonly Line[])[];
  due: Map<string, Due>;
  taken: (readonly Share[])[];
  now: Date;
};

/** Takes the steps as the use cases would, each followed by a look at the wallet. A spend beyond what is there does nothing. */
export function walk(steps: readonly Step[], look: (history: History) => void): History {
  const history: History = { wallet: emptyWallet, journal: [], due: new Map(), taken: [], now: new Date(0) };
  for (const step of steps) {
    take(step, history);
    look(history);
  }
  return history;
}

export const owned = ({ pending, active, held, spent, expired, arrears }: Balance): number =>
  pending + active + held + spent + expired - arrears;

function take(step: Step, history: History): void {
  if (step.kind === 'wait') history.now = new Date(+history.now + step.days * DAY);
  if (step.kind === 'due') history.due.set(step.lotId, aDue(step.lotId, step.points));

  const settled = settle(history.wallet, [...history.due.values()], history.now);
  record(history, settled.wallet, ...settled.movements.map(({ lines }) => lines));

  if (step.kind === 'spend' && history.wallet.balance.active >= step.points) {
    const spent = spend(history.wallet, step.points, history.now);
    history.taken.push(spent.taken);
    record(history, spent.wallet, spent.lines);
  }
  const [taken] = step.kind === 'give back' ? history.taken.splice(step.which, 1) : [];
  if (taken) {
    const given = giveBack(history.wallet, taken, history.now);
    record(history, given.wallet, given.lines);
  }
}

function record(history: History, wallet: Wallet, ...movements: (readonly Line[])[]): void {
  history.wallet = wallet;
  history.journal.push(...movements);
}
