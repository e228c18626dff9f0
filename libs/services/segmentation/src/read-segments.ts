import { Injectable } from '@nestjs/common';
import { DueExits } from '@tessera/platform-service';
import { DataSource } from 'typeorm';
import { UnknownSegment } from './domain/errors.js';
import {
  type Definition,
  type DefinitionVersion,
  DefinitionsRepository,
} from './persistence/definitions.repository.js';
import { MembersRepository, type SegmentMember } from './persistence/members.repository.js';

type PageAfter<Position> = Readonly<{ limit: number; after?: Position }>;

/** Segments and who is in them. Lists of members have applied every entry and exit that was due when they were asked for. */
@Injectable()
export class ReadSegments {
  constructor(
    private readonly dataSource: DataSource,
    private readonly definitions: DefinitionsRepository,
    private readonly members: MembersRepository,
    private readonly dueExits: DueExits,
  ) {}

  list(page: PageAfter<string>): Promise<Definition[]> {
    return this.definitions.list(this.dataSource.manager, page);
  }

  /** Throws `UnknownSegment`, as all below that name one. */
  async one(segment: string): Promise<Definition> {
    const found = await this.definitions.find(this.dataSource.manager, segment);
    if (!found) throw new UnknownSegment(segment);
    return found;
  }

  async versions(segment: string, page: PageAfter<number>): Promise<DefinitionVersion[]> {
    await this.one(segment);
    return this.definitions.versions(this.dataSource.manager, segment, page);
  }

  async membersOf(segment: string, page: PageAfter<string>): Promise<SegmentMember[]> {
    await this.one(segment);
    await this.dueExits.apply();
    return this.members.inSegment(this.dataSource.manager, segment, page);
  }

  /** Members of each segment, by its id. */
  async counts(): Promise<Readonly<Record<string, number>>> {
    await this.dueExits.apply();
    return Object.fromEntries(await this.members.counts(this.dataSource.manager));
  }
}
