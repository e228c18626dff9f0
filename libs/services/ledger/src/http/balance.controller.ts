import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { decodeCursor, type Page, pageOf, pageQuery, type PageQuery, toPage } from '@tessera/platform-http';
import { z } from 'zod';
import { ReadBalance, type ReadBalanceAnswer } from '../read-balance.js';
import { ReadStatement, type StatementItem } from '../read-statement.js';
import { balanceFields, instantShown, memberIdParam, points } from './params.js';

const balance = z
  .object({
    memberId: z.string(),
    wallet: z.string(),
    ...balanceFields,
    nextExpiry: z.object({ expiresAt: instantShown, points }).nullable(),
    asOf: instantShown,
  })
  .meta({ id: 'Balance' });

const movement = z
  .object({
    sequence: z.int().describe('number of the movement among those of the member'),
    wallet: z.string(),
    reason: z.enum(['earned', 'corrected', 'clawed-back', 'spent', 'returned', 'expired']),
    amount: z.int().describe('credited above zero, debited below'),
    availableAfter: z.int().describe('active points after it, less arrears'),
    purchaseId: z.string().nullable(),
    refundId: z.string().nullable(),
    redemptionId: z.string().nullable(),
    occurredAt: instantShown,
    postedAt: instantShown,
  })
  .meta({ id: 'Movement' });

const position = z.int().positive();

@ApiTags('points')
@Controller('members/:memberId')
export class BalanceController {
  constructor(
    private readonly readBalance: ReadBalance,
    private readonly readStatement: ReadStatement,
  ) {}

  /** What a member has now, due expiries applied. */
  @Get('balance')
  @ApiOkResponse({ standardSchema: balance })
  balance(@Param('memberId', { schema: memberIdParam }) memberId: string): Promise<ReadBalanceAnswer> {
    return this.readBalance.run(memberId);
  }

  /** What was posted, newest first. */
  @Get('statement')
  @ApiOkResponse({ standardSchema: pageOf(movement).meta({ id: 'Statement' }) })
  async statement(
    @Param('memberId', { schema: memberIdParam }) memberId: string,
    @Query({ schema: pageQuery }) { limit, cursor }: PageQuery,
  ): Promise<Page<StatementItem>> {
    const before = decodeCursor(position, cursor);
    const movements = await this.readStatement.run(memberId, { limit: limit + 1, before });
    return toPage(movements, limit, { item: (one) => one, position: ({ sequence }) => sequence });
  }
}
