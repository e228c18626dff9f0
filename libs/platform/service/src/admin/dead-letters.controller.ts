import { Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { decodeCursor, type Page, pageQuery, toPage } from '@tessera/platform-http';
import type { ShownDeadLetter, StoredDeadLetter } from '@tessera/platform-messaging';
import { z } from 'zod';
import { MessagingAccess } from '../messaging-access.js';

const id = z.uuid();
const listQuery = pageQuery.extend({ status: z.enum(['open', 'replayed', 'discarded']).optional() });

/** What an operator does with events that this service could not take. */
@ApiTags('operation')
@Controller('admin/dead-letters')
export class DeadLettersController {
  constructor(private readonly access: MessagingAccess) {}

  @Get()
  async list(@Query({ schema: listQuery }) query: z.infer<typeof listQuery>): Promise<Page<StoredDeadLetter>> {
    const after = decodeCursor(id, query.cursor);
    const found = await this.deadLetters.list({
      limit: query.limit + 1,
      ...(query.status && { status: query.status }),
      ...(after !== undefined && { after }),
    });
    return toPage(found, query.limit, { item: (letter) => letter, position: (letter) => letter.id });
  }

  @Get(':id')
  show(@Param('id', { schema: id }) letter: string): Promise<ShownDeadLetter> {
    return this.deadLetters.show(letter);
  }

  /** Hands the event to this service once more, and to no other. */
  @Post(':id/replay')
  @HttpCode(204)
  replay(@Param('id', { schema: id }) letter: string): Promise<void> {
    return this.deadLetters.replay(letter);
  }

  /** Gives the event up for good. */
  @Post(':id/discard')
  @HttpCode(204)
  discard(@Param('id', { schema: id }) letter: string): Promise<void> {
    return this.deadLetters.discard(letter);
  }

  private get deadLetters() {
    return this.access.current.messaging.deadLetters;
  }
}
