import { Injectable } from '@nestjs/common';
import { PurchaseFacts } from '@tessera/purchases';
import { DataSource } from 'typeorm';
import { MemberErased, UnknownMember } from './domain/errors.js';
import { Measured } from './domain/measured.js';
import { place, type Ruling } from './domain/placement.js';
import { reasonsOf, type Reason } from './domain/reasons.js';
import type { Cause } from './domain/turn.js';
import { DefinitionsRepository } from './persistence/definitions.repository.js';
import { MembersRepository } from './persistence/members.repository.js';
import { inSnapshot, type Snapshot } from './persistence/snapshot.js';

/** Where a member stands with one segment; what concerns the stay is null for a member who is not in it. */
export type SegmentStanding = Readonly<{
  segment: string;
  isIn: boolean;
  /** The version of the rule under which the member entered. */
  version: number | null;
  enteredAt: Date | null;
  cause: Cause | null;
  conditions: readonly Reason[];
}>;

export type ExplainedMember = Readonly<{ memberId: string; at: Date; segments: readonly SegmentStanding[] }>;

/** Which segments a member is in, since when and why: derived from the facts at this instant, so that nothing due is missing. */
@Injectable()
export class ExplainMember {
  constructor(
    private readonly dataSource: DataSource,
    private readonly definitions: DefinitionsRepository,
    private readonly members: MembersRepository,
    private readonly facts: PurchaseFacts,
  ) {}

  /** With `all`, also the segments the member is not in. Throws `UnknownMember`, `MemberErased`. */
  run(memberId: string, { all }: Readonly<{ all: boolean }>): Promise<ExplainedMember> {
    return inSnapshot(this.dataSource, (snapshot) => this.explain(snapshot, memberId, all));
  }

  private async explain({ tx, now, basis }: Snapshot, memberId: string, all: boolean): Promise<ExplainedMember> {
    const standing = (await this.members.standings(tx, [memberId])).get(memberId);
    if (!standing) {
      const erased = await this.members.erased(tx, [memberId]);
      throw erased.length > 0 ? new MemberErased(memberId) : new UnknownMember(memberId);
    }
    const purchases = (await this.facts.load(tx, [memberId])).get(memberId) ?? [];
    const rulings = await this.definitions.rulings(tx, basis);

    const { inside } = place({ ...standing, purchases }, rulings, now);
    const stays = new Map(inside.map((stay) => [stay.segment, stay]));
    const measured = new Measured(purchases, now.getTime());
    const shown = [...rulings.bySegment.values()].filter(({ segment }) => all || stays.has(segment));
    return {
      memberId,
      at: now,
      segments: shown.map((ruling) => standingIn(ruling, stays.get(ruling.segment), measured)),
    };
  }
}

function standingIn(
  { segment, rule }: Ruling,
  stay: Readonly<{ version: number; enteredAt: Date; cause: Cause }> | undefined,
  measured: Measured,
): SegmentStanding {
  const { holds: isIn, conditions } = reasonsOf(rule, measured);
  const { version = null, enteredAt = null, cause = null } = stay ?? {};
  return { segment, isIn, version, enteredAt, cause, conditions };
}
