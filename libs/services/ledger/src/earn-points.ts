import { Injectable } from '@nestjs/common';
import type { Transaction } from '@tessera/platform-database';
import type { LockedSubjects } from '@tessera/platform-messaging';
import { comparePurchases, type NewPurchase, Programs, PurchaseFacts } from '@tessera/purchases';
import { duesOf } from './domain/dues.js';
import { nextExpiry } from './domain/lots.js';
import { settle } from './domain/settlement.js';
import { BooksRepository } from './persistence/books.repository.js';
import { PostMovements, type WalletChange } from './post-movements.js';
import { currencyOf, programsInForce } from './programs-in-force.js';
import { partition, SettlePoints } from './settle-points.js';

/**
 * Points for purchases that have just been recorded. What a purchase earns does not depend on a member's other purchases, so of a
 * member who is settled only these are looked at, with the balance that they add to: however long a history is, the work is the same.
 * Everybody else is settled as a whole.
 */
@Injectable()
export class EarnPoints {
  constructor(
    private readonly books: BooksRepository,
    private readonly facts: PurchaseFacts,
    private readonly programs: Programs,
    private readonly postMovements: PostMovements,
    private readonly settlePoints: SettlePoints,
  ) {}

  async run(tx: Transaction, locked: LockedSubjects, recorded: readonly NewPurchase[]): Promise<void> {
    const settled = new Set(locked.ids.filter((id) => locked.isSettled(id)));
    const whole = locked.ids.filter((id) => !settled.has(id));
    if (whole.length > 0) await this.settlePoints.run(tx, locked, { ids: whole });

    const added = recorded.filter(({ memberId }) => settled.has(memberId));
    if (added.length > 0) await this.add(tx, locked, added);
  }

  private async add(tx: Transaction, locked: LockedSubjects, added: readonly NewPurchase[]): Promise<void> {
    const programs = await this.programs.all(tx, locked.basis);
    const books = await this.books.loadWithoutLots(tx, [...new Set(added.map(({ memberId }) => memberId))]);
    const [registered, erased] = partition(books);
    await this.facts.forget(tx, [...erased]);
    const kept = added.filter(({ memberId }) => !erased.has(memberId));
    const counting = await this.facts.gateNew(tx, kept, { registered, currency: currencyOf(programs) });

    const programFor = programsInForce(programs);
    const changes = [...byMember(counting)].flatMap(([memberId, purchases]): WalletChange[] => {
      const known = books.get(memberId);
      if (!known) return [];
      const { history, wallet } = known;
      const dues = duesOf({ purchases, history, lots: wallet.lots, justRefunded: new Set() }, programFor);
      const { wallet: after, movements } = settle(wallet, dues, locked.now);
      return [{ memberId, before: wallet, after, movements }];
    });
    const dueAt = new Map(
      changes.map(({ memberId, after }) => [memberId, earlier(locked.dueAt(memberId), nextExpiry(after))]),
    );
    await this.postMovements.run(tx, locked, changes, dueAt);
    await locked.settle(dueAt);
  }
}

/** Each member's in the order of its purchases. */
function byMember(purchases: readonly NewPurchase[]): ReadonlyMap<string, readonly NewPurchase[]> {
  const found = new Map<string, NewPurchase[]>();
  for (const purchase of purchases) {
    const known = found.get(purchase.memberId);
    if (known) known.push(purchase);
    else found.set(purchase.memberId, [purchase]);
  }
  for (const each of found.values()) each.sort(comparePurchases);
  return found;
}

function earlier(a: Date | null, b: Date | null): Date | null {
  if (a === null || b === null) return a ?? b;
  return a < b ? a : b;
}
