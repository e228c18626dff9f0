import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { SharedAnswer } from '@tessera/platform-service';
import { z } from 'zod';
import { CheckBooks, type CheckedBooks } from '../check-books.js';
import { ReadSummary, type Summary } from '../read-summary.js';
import { balanceFields } from './params.js';

const summary = z
  .object({
    points: z.object(balanceFields).meta({ id: 'Points' }),
    purchases: z.int(),
    refunds: z.int(),
    refundedMinor: z.int().describe('what the refunds are worth by themselves, in minor units'),
  })
  .meta({ id: 'Summary' });

const books = z
  .object({
    balanced: z.boolean().describe('whether all checks hold'),
    checks: z.array(z.object({ name: z.string(), holds: z.boolean(), detail: z.string() })),
  })
  .meta({ id: 'Books' });

@ApiTags('books')
@Controller()
export class BooksController {
  constructor(
    private readonly readSummary: ReadSummary,
    private readonly checkBooks: CheckBooks,
  ) {}

  /** All members together, and their purchases and refunds. */
  @Get('summary')
  @SharedAnswer()
  @ApiOkResponse({ standardSchema: summary })
  summary(): Promise<Summary> {
    return this.readSummary.run();
  }

  /** Reads the whole journal: for operators and reports, not for the hot path. */
  @Get('books')
  @SharedAnswer()
  @ApiOkResponse({ standardSchema: books })
  books(): Promise<CheckedBooks> {
    return this.checkBooks.run();
  }
}
