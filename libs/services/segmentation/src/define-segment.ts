import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import type { Transaction } from '@tessera/platform-database';
import { ReferenceData } from '@tessera/platform-messaging';
import { DataSource } from 'typeorm';
import { SegmentLimitReached } from './domain/errors.js';
import { type Definition, DefinitionsRepository } from './persistence/definitions.repository.js';

export const SEGMENTS_MAX = 2_000;

export type SegmentDraft = Pick<Definition, 'segment' | 'name' | 'description' | 'rule'>;
export type DefinedSegment = Readonly<{ definition: Definition; isNew: boolean }>;

/** Creates a segment or changes it. Only another rule makes another version, and has every member derived anew in the background. */
@Injectable()
export class DefineSegment {
  constructor(
    private readonly dataSource: DataSource,
    private readonly definitions: DefinitionsRepository,
    private readonly referenceData: ReferenceData,
  ) {}

  /** Throws `SegmentLimitReached`. The same draft again changes nothing. */
  run(draft: SegmentDraft): Promise<DefinedSegment> {
    return this.dataSource.transaction(async (tx) => {
      const present = await this.definitions.findToChange(tx, draft.segment);
      if (present && isDeepStrictEqual(present.rule, draft.rule)) return this.rename(tx, present, draft);

      const basis = await this.referenceData.change(tx);
      if (!present && (await this.definitions.count(tx)) >= SEGMENTS_MAX) throw new SegmentLimitReached(SEGMENTS_MAX);
      return { definition: await this.definitions.putRule(tx, draft, basis), isNew: !present };
    });
  }

  private async rename(tx: Transaction, present: Definition, draft: SegmentDraft): Promise<DefinedSegment> {
    const { segment, name, description } = draft;
    if (present.name !== name || present.description !== description) {
      await this.definitions.rename(tx, segment, name, description);
    }
    return { definition: { ...present, name, description }, isNew: false };
  }
}
