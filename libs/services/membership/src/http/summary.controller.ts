import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { SharedAnswer } from '@tessera/platform-service';
import { type MembersSummary, ReadMembers } from '../read-members.js';
import { membersSummary } from './members.schemas.js';

@ApiTags('members')
@Controller('summary')
export class SummaryController {
  constructor(private readonly readMembers: ReadMembers) {}

  /** How many members there are, and how many in each tier, as of now. */
  @Get()
  @SharedAnswer()
  @ApiOkResponse({ standardSchema: membersSummary })
  read(): Promise<MembersSummary> {
    return this.readMembers.summary();
  }
}
