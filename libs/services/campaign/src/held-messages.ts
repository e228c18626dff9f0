import { Injectable } from '@nestjs/common';
import type { Transaction } from '@tessera/platform-database';
import { Subjects } from '@tessera/platform-messaging';
import { DataSource } from 'typeorm';
import type { Message } from './domain/message.js';
import { MessagesRepository } from './persistence/messages.repository.js';
import { PlanMessages } from './plan-messages.js';
import { PostMessages } from './post-messages.js';

/** A message as it was when this process took it or began to send it. */
type Holding = Readonly<{ held: Message }>;

/** What of it is still this process's, each with the message as it is now. */
export type StillHeld<Step extends Holding> = readonly Readonly<{ step: Step; message: Message }>[];

/** Changes messages that this process claimed, as long as nobody else has claimed them since: each claim has a lease holder of its own. */
@Injectable()
export class HeldMessages {
  constructor(
    private readonly dataSource: DataSource,
    private readonly subjects: Subjects,
    private readonly messages: MessagesRepository,
    private readonly postMessages: PostMessages,
    private readonly planMessages: PlanMessages,
  ) {}

  /** In one transaction. `decide` answers what becomes of each, in order; the same object again changes nothing. */
  change<Step extends Holding>(
    steps: readonly Step[],
    decide: (tx: Transaction, stillHeld: StillHeld<Step>, now: Date) => Promise<readonly Message[]>,
  ): Promise<StillHeld<Step>> {
    return this.dataSource.transaction(async (tx) => {
      const locked = await this.subjects.lock(
        tx,
        steps.map(({ held }) => held.memberId),
      );
      const before = await this.stillHeld(tx, steps);
      const after = await decide(tx, before, locked.now);
      const changed = after.filter((message, index) => message !== before[index]?.message);
      await this.postMessages.run(tx, locked, changed);
      // What is given back may have lost its address or consent meanwhile, and its deadline counts again.
      if (changed.some(({ state }) => state === 'waiting')) await this.planMessages.refresh(tx, locked);
      return before.map(({ step, message }, index) => ({ step, message: after[index] ?? message }));
    });
  }

  private async stillHeld<Step extends Holding>(tx: Transaction, steps: readonly Step[]): Promise<StillHeld<Step>> {
    const found = await this.messages.byIds(
      tx,
      steps.map(({ held }) => held.messageId),
    );
    const byId = new Map(found.map((message) => [message.messageId, message]));
    return steps.flatMap((step) => {
      const message = byId.get(step.held.messageId);
      const isOurs = message && message.leaseHolder !== null && message.leaseHolder === step.held.leaseHolder;
      return isOurs ? [{ step, message }] : [];
    });
  }
}
