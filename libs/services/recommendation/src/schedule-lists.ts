import { Injectable } from '@nestjs/common';
import type { Transaction } from '@tessera/platform-database';
import type { LockedSubjects } from '@tessera/platform-messaging';
import { soonest } from './domain/schedule.js';
import { MembersRepository } from './persistence/members.repository.js';

/** Has the lists of locked members made anew as soon as they may be, by the refresh loop; the event that asks for it does not wait. */
@Injectable()
export class ScheduleLists {
  constructor(private readonly members: MembersRepository) {}

  async run(tx: Transaction, locked: LockedSubjects): Promise<void> {
    // In a rebuild every list is made when all is recorded.
    if (locked.phase === 'replaying') return;
    const standings = await this.members.standings(tx, locked.ids);
    const dueAt = locked.ids.map((id): [string, Date | null] => {
      const standing = standings.get(id);
      return [id, standing ? soonest(standing.announcedAt, locked.now) : null];
    });
    await locked.settle(new Map(dueAt));
  }
}
