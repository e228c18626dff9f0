import { Injectable } from '@nestjs/common';
import { pointsChanged, type PointsChanged } from '@tessera/contracts';
import type { Transaction } from '@tessera/platform-database';
import { type DueAt, type LockedSubjects, Outbox } from '@tessera/platform-messaging';
import type { Movement } from './domain/settlement.js';
import type { Wallet } from './domain/wallet.js';
import { WALLET } from './persistence/books.repository.js';
import { type Changed, JournalRepository, type Posted } from './persistence/journal.repository.js';

/** What happened to one member's wallet in this transaction. */
export type WalletChange = Changed & Readonly<{ movements: readonly Movement[] }>;

/** The only way into the books: each movement takes one number of its member, is written, and is told as one `points.changed`. */
@Injectable()
export class PostMovements {
  constructor(
    private readonly journal: JournalRepository,
    private readonly outbox: Outbox,
  ) {}

  /** `dueAt`: when the members are due again, for those whose number moves; `locked.settle` is to be told of it afterwards. */
  async run(
    tx: Transaction,
    locked: LockedSubjects,
    changes: readonly WalletChange[],
    dueAt: DueAt = new Map(),
  ): Promise<void> {
    const numbered = changes.flatMap(({ memberId, movements }) =>
      movements.map((movement) => {
        const { epoch, sequence } = locked.next(memberId);
        return { memberId, movement, postedAt: locked.now, epoch, sequence };
      }),
    );
    await this.journal.write(tx, numbered, changes);
    if (numbered.length === 0) return;
    const settling = locked.settling(
      dueAt,
      numbered.map(({ memberId }) => memberId),
    );
    await this.outbox.add(tx, pointsChanged, numbered.map(told), settling);
  }

  /** Says once more how these members stand. Nothing moves, so only the number is written down, and nobody is told of it. */
  async announce(tx: Transaction, locked: LockedSubjects, wallets: ReadonlyMap<string, Wallet>): Promise<void> {
    const at = locked.now.toISOString();
    const numbered = [...wallets].map(([memberId, { balance }]) => ({ memberId, balance, ...locked.next(memberId) }));
    await this.journal.noteRestated(tx, numbered);
    await this.outbox.add(
      tx,
      pointsChanged,
      numbered.map(({ balance, ...numbers }) => ({
        ...numbers,
        wallet: WALLET,
        reason: 'corrected' as const,
        amount: 0,
        occurredAt: at,
        postedAt: at,
        balances: [{ wallet: WALLET, ...balance }],
      })),
    );
  }
}

function told({ memberId, epoch, sequence, postedAt, movement }: Posted & Readonly<{ epoch: number }>): PointsChanged {
  const { reason, amount, purchaseId, refundId, redemptionId, occurredAt, balance } = movement;
  const { pending, active, held, spent, expired, arrears } = balance;
  const event: PointsChanged = {
    memberId,
    epoch,
    sequence,
    wallet: WALLET,
    reason,
    amount,
    occurredAt: occurredAt.toISOString(),
    postedAt: postedAt.toISOString(),
    balances: [{ wallet: WALLET, pending, active, held, spent, expired, arrears }],
  };
  if (purchaseId !== undefined) event.purchaseId = purchaseId;
  if (refundId !== undefined) event.refundId = refundId;
  if (redemptionId !== undefined) event.redemptionId = redemptionId;
  return event;
}
