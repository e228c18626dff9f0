import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse } from '@nestjs/swagger';
import { memberId } from '@tessera/contracts';
import type { z } from 'zod';
import { type ExplainedMember, ExplainMember } from '../explain-member.js';
import { explainedMember, memberSegmentsQuery } from './segment.schemas.js';

@Controller('members')
export class MembersController {
  constructor(private readonly explainMember: ExplainMember) {}

  /** The segments a member is in at this instant, since when and why: each condition with what was measured. */
  @Get(':memberId/segments')
  @ApiOkResponse({ standardSchema: explainedMember })
  segments(
    @Param('memberId', { schema: memberId }) id: string,
    @Query({ schema: memberSegmentsQuery }) query: z.infer<typeof memberSegmentsQuery>,
  ): Promise<ExplainedMember> {
    return this.explainMember.run(id, query);
  }
}
