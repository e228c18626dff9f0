import { Body, Controller, Get, Post, Query, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { ProgramPublished } from '@tessera/contracts';
import { decodeCursor, type Page, pageQuery, type PageQuery, toPage } from '@tessera/platform-http';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { type ProgramDraft, PublishProgram } from '../publish-program.js';
import { ReadPrograms } from '../read-programs.js';
import { program, programDraft, programPage } from './programs.schemas.js';

@ApiTags('program')
@Controller('programs')
export class ProgramsController {
  constructor(
    private readonly publishProgram: PublishProgram,
    private readonly readPrograms: ReadPrograms,
  ) {}

  /** 201 for a new version; 200 where the version named stands already with the same content. All members follow in the background. */
  @Post()
  @ApiCreatedResponse({ standardSchema: program })
  async publish(
    @Body({ schema: programDraft }) draft: ProgramDraft,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ProgramPublished> {
    const published = await this.publishProgram.run(draft);
    void reply.status(published.isNew ? 201 : 200);
    return published.program;
  }

  /** All versions in order, those dated ahead included. */
  @Get()
  @ApiOkResponse({ standardSchema: programPage })
  async list(@Query({ schema: pageQuery }) { limit, cursor }: PageQuery): Promise<Page<ProgramPublished>> {
    const after = decodeCursor(z.int(), cursor) ?? 0;
    const later = (await this.readPrograms.all()).filter(({ version }) => version > after);
    return toPage(later, limit, { item: (one) => one, position: ({ version }) => version });
  }

  /** The version in force now. */
  @Get('current')
  @ApiOkResponse({ standardSchema: program })
  current(): Promise<ProgramPublished> {
    return this.readPrograms.current();
  }
}
