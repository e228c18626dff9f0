import { Injectable } from '@nestjs/common';
import type { MemberRegistered } from '@tessera/contracts';
import type { Transaction } from '@tessera/platform-database';
import { tally } from './domain/tally.js';
import { BasketsRepository } from './persistence/baskets.repository.js';
import { ItemsRepository } from './persistence/items.repository.js';
import { MembersRepository } from './persistence/members.repository.js';

/** From now on all that these members bought counts, whenever it was. */
@Injectable()
export class RegisterMembers {
  constructor(
    private readonly members: MembersRepository,
    private readonly baskets: BasketsRepository,
    private readonly items: ItemsRepository,
  ) {}

  /** The members are locked. */
  async run(
    tx: Transaction,
    registrations: readonly Pick<MemberRegistered, 'memberId' | 'registeredAt'>[],
  ): Promise<void> {
    const ids = registrations.map(({ memberId }) => memberId);
    await this.members.register(tx, registrations);
    await this.baskets.markWaiting(tx, ids);
    const changes = await this.baskets.recount(tx, await this.baskets.idsOf(tx, ids));
    await this.items.apply(tx, tally(changes));
  }
}
