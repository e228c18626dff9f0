import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { MemberErased, UnknownMember } from './domain/errors.js';
import { type ListedItem, MakeLists } from './make-lists.js';
import { ErasedRepository } from './persistence/erased.repository.js';
import { MembersRepository } from './persistence/members.repository.js';
import { inSnapshot } from './persistence/snapshot.js';

export type Recommendations = Readonly<{ memberId: string; at: Date; items: readonly ListedItem[] }>;

/** A member's list as it is at this instant, whether or not it was announced. */
@Injectable()
export class ReadRecommendations {
  constructor(
    private readonly dataSource: DataSource,
    private readonly members: MembersRepository,
    private readonly erased: ErasedRepository,
    private readonly makeLists: MakeLists,
  ) {}

  /** Throws `UnknownMember`, `MemberErased`. */
  run(memberId: string, limit: number): Promise<Recommendations> {
    return inSnapshot(this.dataSource, async ({ tx, now }) => {
      const standings = await this.members.standings(tx, [memberId]);
      if (!standings.has(memberId)) {
        const erased = await this.erased.among(tx, [memberId]);
        throw erased.has(memberId) ? new MemberErased(memberId) : new UnknownMember(memberId);
      }
      const lists = await this.makeLists.run(tx, [memberId], { now, limit, neighbours: 'exact' });
      return { memberId, at: now, items: lists.get(memberId) ?? [] };
    });
  }
}
