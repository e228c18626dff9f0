import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse } from '@nestjs/swagger';
import { ReadSummary, type Summary } from '../read-summary.js';
import { summaryAnswer } from './schemas.js';

@Controller('summary')
export class SummaryController {
  constructor(private readonly readSummary: ReadSummary) {}

  @Get()
  @ApiOkResponse({ standardSchema: summaryAnswer })
  summary(): Promise<Summary> {
    return this.readSummary.run();
  }
}
