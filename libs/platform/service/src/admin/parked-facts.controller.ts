import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { decodeCursor, type Page, pageQuery, type PageQuery, toPage } from '@tessera/platform-http';
import type { ParkedFact } from '@tessera/platform-messaging';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import { MessagingAccess } from '../messaging-access.js';

const position = z.tuple([z.string(), z.string(), z.string()]);

/** Facts that came before what they need: a refund without its purchase, a purchase of someone not yet a member. */
@ApiTags('operation')
@Controller('admin/parked')
export class ParkedFactsController {
  constructor(
    private readonly access: MessagingAccess,
    private readonly dataSource: DataSource,
  ) {}

  @Get()
  async list(@Query({ schema: pageQuery }) { limit, cursor }: PageQuery): Promise<Page<ParkedFact>> {
    const [kind, id, memberId] = decodeCursor(position, cursor) ?? [];
    const after =
      kind !== undefined && id !== undefined && memberId !== undefined
        ? { after: { kind, id, memberId, waitsFor: '', since: new Date(0) } }
        : {};
    const { parked } = this.access.current;
    const found = parked ? await parked.list(this.dataSource.manager, { limit: limit + 1, ...after }) : [];
    return toPage(found, limit, {
      item: (fact) => fact,
      position: (fact) => [fact.kind, fact.id, fact.memberId],
    });
  }
}
