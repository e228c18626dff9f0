import { Injectable } from '@nestjs/common';
import { memberRegistered } from '@tessera/contracts';
import type { Transaction } from '@tessera/platform-database';
import { Outbox, Subjects } from '@tessera/platform-messaging';
import { DataSource } from 'typeorm';
import type { MemberEntity } from './persistence/member.entity.js';
import { Members } from './persistence/members.js';
import { RefreshTiers } from './refresh-tiers.js';

export type Registered = Readonly<{ memberId: string; registeredAt: Date; isNew: boolean }>;

/** Opens the gate for members: what was bought under their numbers counts from now on, whenever dated. */
@Injectable()
export class RegisterMembers {
  constructor(
    private readonly dataSource: DataSource,
    private readonly subjects: Subjects,
    private readonly members: Members,
    private readonly outbox: Outbox,
    private readonly refreshTiers: RefreshTiers,
  ) {}

  /** Registers one; one who is a member already stays as they are. */
  async one(memberId: string): Promise<Registered> {
    return this.dataSource.transaction(async (tx) => {
      const added = await this.add(tx, [memberId]);
      const { registeredAt } = (await this.members.find(tx, memberId)) as MemberEntity;
      return { memberId, registeredAt, isNew: added.has(memberId) };
    });
  }

  /** Registers all that are no members yet, in one transaction, and answers those. */
  async all(memberIds: readonly string[]): Promise<ReadonlySet<string>> {
    return this.dataSource.transaction((tx) => this.add(tx, memberIds));
  }

  private async add(tx: Transaction, memberIds: readonly string[]): Promise<ReadonlySet<string>> {
    const locked = await this.subjects.lock(tx, memberIds);
    const added = await this.members.add(tx, locked.ids, locked.now);
    const registeredAt = locked.now.toISOString();
    await this.outbox.add(
      tx,
      memberRegistered,
      added.map((memberId) => ({ memberId, registeredAt, ...locked.next(memberId) })),
    );
    if (added.length > 0) await this.refreshTiers.refresh(tx, locked);
    return new Set(added);
  }
}
