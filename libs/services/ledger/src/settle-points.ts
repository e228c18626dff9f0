import { Injectable } from '@nestjs/common';
import type { Transaction } from '@tessera/platform-database';
import type { LockedSubjects, SubjectRefresh } from '@tessera/platform-messaging';
import { Programs, PurchaseFacts } from '@tessera/purchases';
import { duesOf } from './domain/dues.js';
import { nextExpiry } from './domain/lots.js';
import { settle } from './domain/settlement.js';
import type { Wallet } from './domain/wallet.js';
import { BooksRepository } from './persistence/books.repository.js';
import { PostMovements, type WalletChange } from './post-movements.js';
import { currencyOf, programsInForce } from './programs-in-force.js';

/** Refunds that a batch brought, by member: where they make points be taken back, the movement names them. */
export type JustRefunded = ReadonlyMap<string, ReadonlySet<string>>;

const none: ReadonlySet<string> = new Set();

/**
 * Brings members' points to what their facts say, whatever made that necessary: a purchase, a refund, a registration, a tier, a
 * program, or time. Posts the difference between points due and posted, expires what is due, and says when to look again.
 */
@Injectable()
export class SettlePoints implements SubjectRefresh {
  constructor(
    private readonly books: BooksRepository,
    private readonly facts: PurchaseFacts,
    private readonly programs: Programs,
    private readonly postMovements: PostMovements,
  ) {}

  async refresh(tx: Transaction, locked: LockedSubjects): Promise<void> {
    await this.run(tx, locked);
  }

  /** Answers the wallets of the members among them, as they are now in the books. The number of statements does not depend on how many there are. */
  async run(
    tx: Transaction,
    locked: LockedSubjects,
    justRefunded: JustRefunded = new Map(),
  ): Promise<ReadonlyMap<string, Wallet>> {
    const programs = await this.programs.all(tx, locked.basis);
    const books = await this.books.load(tx, locked.ids);
    const registered = new Set(books.keys());
    const currency = currencyOf(programs);
    await this.facts.gate(tx, { ids: locked.ids, registered, currency });
    const purchases = await this.facts.load(tx, [...registered]);

    const programFor = programsInForce(programs);
    const changes = [...books].map(([memberId, { history, wallet }]): WalletChange => {
      const facts = {
        purchases: purchases.get(memberId) ?? [],
        history,
        lots: wallet.lots,
        justRefunded: justRefunded.get(memberId) ?? none,
      };
      const settled = settle(wallet, duesOf(facts, programFor), locked.now);
      return { memberId, before: wallet, after: settled.wallet, movements: settled.movements };
    });
    await this.postMovements.run(tx, locked, changes);

    const wallets = new Map(changes.map(({ memberId, after }) => [memberId, after]));
    await locked.settle(new Map(locked.ids.map((id) => [id, dueAt(wallets.get(id))])));
    return wallets;
  }
}

function dueAt(wallet: Wallet | undefined): Date | null {
  return wallet ? nextExpiry(wallet) : null;
}
