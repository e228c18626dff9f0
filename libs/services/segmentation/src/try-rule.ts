import { Injectable } from '@nestjs/common';
import { PurchaseFacts } from '@tessera/purchases';
import { DataSource } from 'typeorm';
import { Measured } from './domain/measured.js';
import { holds, type Condition, type Rule } from './domain/rule.js';
import { DefinitionsRepository } from './persistence/definitions.repository.js';
import { MembersRepository } from './persistence/members.repository.js';
import { inSnapshot } from './persistence/snapshot.js';

/** Members in the segment now, those who would be in it, and the difference. A segment that does not exist yet has none now. */
export type TrialCounts = Readonly<{ now: number; would: number; entering: number; leaving: number }>;

const MEMBERS_A_PAGE = 1_000;

/** Counts whom a rule would take in, over all members at one instant, and changes nothing. */
@Injectable()
export class TryRule {
  constructor(
    private readonly dataSource: DataSource,
    private readonly definitions: DefinitionsRepository,
    private readonly members: MembersRepository,
    private readonly facts: PurchaseFacts,
  ) {}

  async run(segment: string, rule: Rule): Promise<TrialCounts> {
    const { present, now } = await inSnapshot(this.dataSource, async ({ tx, now }) => {
      return { present: (await this.definitions.find(tx, segment))?.rule, now: now.getTime() };
    });
    const counts = { now: 0, would: 0, entering: 0, leaving: 0 };
    let after: string | undefined;
    do {
      // Pages are transactions of their own: one over millions of members would keep the database from tidying up.
      const page = await this.members.ids(this.dataSource.manager, { limit: MEMBERS_A_PAGE, ...(after && { after }) });
      if (page.length > 0) {
        for (const purchases of (await this.facts.load(this.dataSource.manager, page)).values()) {
          count(counts, { present, rule, measured: new Measured(purchases, now) });
        }
      }
      after = page.length === MEMBERS_A_PAGE ? page.at(-1) : undefined;
    } while (after !== undefined);
    return counts;
  }
}

type Trial = Readonly<{ present: Rule | undefined; rule: Rule; measured: Measured }>;

function count(counts: { -readonly [Key in keyof TrialCounts]: number }, { present, rule, measured }: Trial): void {
  const read = (condition: Condition): number => measured.of(condition);
  const isIn = present !== undefined && holds(present, read);
  const wouldBeIn = holds(rule, read);
  counts.now += Number(isIn);
  counts.would += Number(wouldBeIn);
  counts.entering += Number(wouldBeIn && !isIn);
  counts.leaving += Number(isIn && !wouldBeIn);
}
