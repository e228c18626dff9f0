import { Body, Controller, Delete, Get, HttpCode, Param, Put, Query, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse } from '@nestjs/swagger';
import { memberId } from '@tessera/contracts';
import { decodeCursor, type Page, type PageQuery, toPage } from '@tessera/platform-http';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { DefineSegment } from '../define-segment.js';
import type { Definition, DefinitionVersion } from '../persistence/definitions.repository.js';
import type { SegmentMember } from '../persistence/members.repository.js';
import { ReadSegments } from '../read-segments.js';
import { RemoveSegment } from '../remove-segment.js';
import { type TrialCounts, TryRule } from '../try-rule.js';
import {
  listQuery,
  putQuery,
  segmentAnswer,
  segmentDraft,
  segmentId,
  segmentMemberPage,
  segmentPage,
  trialAnswer,
  versionPage,
} from './segment.schemas.js';

@Controller('segments')
export class SegmentsController {
  constructor(
    private readonly read: ReadSegments,
    private readonly defineSegment: DefineSegment,
    private readonly removeSegment: RemoveSegment,
    private readonly tryRule: TryRule,
  ) {}

  /** Segments by id. */
  @Get()
  @ApiOkResponse({ standardSchema: segmentPage })
  async list(@Query({ schema: listQuery }) { limit, cursor }: PageQuery): Promise<Page<Definition>> {
    const after = decodeCursor(segmentId, cursor);
    const found = await this.read.list({ limit: limit + 1, ...(after && { after }) });
    return toPage(found, limit, { item: (one) => one, position: ({ segment }) => segment });
  }

  @Get(':segment')
  @ApiOkResponse({ standardSchema: segmentAnswer })
  one(@Param('segment', { schema: segmentId }) segment: string): Promise<Definition> {
    return this.read.one(segment);
  }

  /** Every rule the segment has had, the latest first. */
  @Get(':segment/versions')
  @ApiOkResponse({ standardSchema: versionPage })
  async versions(
    @Param('segment', { schema: segmentId }) segment: string,
    @Query({ schema: listQuery }) { limit, cursor }: PageQuery,
  ): Promise<Page<DefinitionVersion>> {
    const after = decodeCursor(z.int().positive(), cursor);
    const found = await this.read.versions(segment, { limit: limit + 1, ...(after && { after }) });
    return toPage(found, limit, { item: (one) => one, position: ({ version }) => version });
  }

  /** Who is in it, by member id. Entries and exits that time alone brings are applied first. */
  @Get(':segment/members')
  @ApiOkResponse({ standardSchema: segmentMemberPage })
  async members(
    @Param('segment', { schema: segmentId }) segment: string,
    @Query({ schema: listQuery }) { limit, cursor }: PageQuery,
  ): Promise<Page<SegmentMember>> {
    const after = decodeCursor(memberId, cursor);
    const found = await this.read.membersOf(segment, { limit: limit + 1, ...(after && { after }) });
    return toPage(found, limit, { item: (one) => one, position: (one) => one.memberId });
  }

  /** Creates (201) or changes (200) a segment; members are derived anew in the background. A dry run only counts. */
  @Put(':segment')
  @ApiCreatedResponse({ standardSchema: segmentAnswer })
  @ApiOkResponse({
    standardSchema: z.union([segmentAnswer, trialAnswer]),
    description: 'The segment, or the counts of a dry run',
  })
  async put(
    @Param('segment', { schema: segmentId }) segment: string,
    @Body({ schema: segmentDraft }) draft: z.infer<typeof segmentDraft>,
    @Query({ schema: putQuery }) { dryRun }: z.infer<typeof putQuery>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Definition | TrialCounts> {
    if (dryRun) return this.tryRule.run(segment, draft.rule);
    const { definition, isNew } = await this.defineSegment.run({ segment, ...draft });
    reply.status(isNew ? 201 : 200);
    return definition;
  }

  /** Its members leave it in the background. */
  @Delete(':segment')
  @HttpCode(204)
  @ApiNoContentResponse()
  remove(@Param('segment', { schema: segmentId }) segment: string): Promise<void> {
    return this.removeSegment.run(segment);
  }
}
