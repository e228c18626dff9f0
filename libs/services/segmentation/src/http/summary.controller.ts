import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse } from '@nestjs/swagger';
import { SharedAnswer } from '@tessera/platform-service';
import { ReadSegments } from '../read-segments.js';
import { summaryAnswer } from './segment.schemas.js';

@Controller('summary')
export class SummaryController {
  constructor(private readonly read: ReadSegments) {}

  /** How many members each segment has, with all entries and exits that are due applied. */
  @Get()
  @SharedAnswer()
  @ApiOkResponse({ standardSchema: summaryAnswer })
  async summary(): Promise<Readonly<{ segments: Readonly<Record<string, number>> }>> {
    return { segments: await this.read.counts() };
  }
}
