import { Injectable } from '@nestjs/common';
import type { Transaction } from '@tessera/platform-database';
import type { LockedSubjects, SubjectRefresh } from '@tessera/platform-messaging';
import { Programs, PurchaseFacts } from '@tessera/purchases';
import { close } from './domain/closing.js';
import { duesOf } from './domain/dues.js';
import { nextExpiry } from './domain/lots.js';
import { settle, type Settled } from './domain/settlement.js';
import type { Wallet } from './domain/wallet.js';
import { BooksRepository, type MemberBooks } from './persistence/books.repository.js';
import { PostMovements, type WalletChange } from './post-movements.js';
import { currencyOf, programsInForce } from './programs-in-force.js';

/** Refunds that a batch brought, by member: where they make points be taken back, the movement names them. */
export type JustRefunded = ReadonlyMap<string, ReadonlySet<string>>;

/** `ids`: whom of those locked, all unless given. */
export type Settling = Readonly<{ ids?: readonly string[]; justRefunded?: JustRefunded }>;

const none: ReadonlySet<string> = new Set();

/**
 * Brings members' points to what their facts say, whatever made that necessary: a purchase, a refund, a registration, a tier, a
 * program, or time. Posts the difference between points due and posted, expires what is due, and says when to look again. Who was
 * erased has a closed wallet instead, and nothing to derive from.
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
    { ids = locked.ids, justRefunded = new Map() }: Settling = {},
  ): Promise<ReadonlyMap<string, Wallet>> {
    const programs = await this.programs.all(tx, locked.basis);
    const books = await this.books.load(tx, ids);
    const [registered, erased] = partition(books);
    await this.facts.forget(tx, [...erased]);
    const purchases = await this.facts.gate(tx, { ids, registered, currency: currencyOf(programs) });

    const programFor = programsInForce(programs);
    const changes = [...books].map(([memberId, { erasedAt, history, wallet }]): WalletChange => {
      if (erasedAt) return changeOf(memberId, wallet, close(wallet, erasedAt));
      const facts = {
        purchases: purchases.get(memberId) ?? [],
        history,
        lots: wallet.lots,
        justRefunded: justRefunded.get(memberId) ?? none,
      };
      return changeOf(memberId, wallet, settle(wallet, duesOf(facts, programFor), locked.now));
    });
    const settled = changes.filter(({ memberId }) => registered.has(memberId));
    const wallets = new Map(settled.map(({ memberId, after }) => [memberId, after]));
    const dueAt = new Map(ids.map((id) => [id, nextDue(wallets.get(id))]));
    await this.postMovements.run(tx, locked, changes, dueAt);
    if (locked.phase === 'announcing') await this.postMovements.announce(tx, locked, wallets);
    await locked.settle(dueAt);
    return wallets;
  }
}

/** Who is registered, and who is erased; nobody is both. */
export function partition(
  books: ReadonlyMap<string, MemberBooks>,
): readonly [ReadonlySet<string>, ReadonlySet<string>] {
  const erased = new Set([...books].filter(([, { erasedAt }]) => erasedAt !== null).map(([memberId]) => memberId));
  return [new Set([...books.keys()].filter((memberId) => !erased.has(memberId))), erased];
}

const changeOf = (memberId: string, before: Wallet, { wallet: after, movements }: Settled): WalletChange => ({
  memberId,
  before,
  after,
  movements,
});

function nextDue(wallet: Wallet | undefined): Date | null {
  return wallet ? nextExpiry(wallet) : null;
}
