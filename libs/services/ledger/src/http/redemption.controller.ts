import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { ApiCreatedResponse, ApiHeader, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { name } from '@tessera/contracts';
import { IdempotencyKey, IdempotentRequests } from '@tessera/platform-http';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import { type Redeemed, RedeemPoints, redemptionScope } from '../redeem-points.js';
import { type Returned, ReturnRedemption } from '../return-redemption.js';
import { instantShown, memberIdParam, points, redemptionIdParam } from './params.js';

const redemption = z
  .strictObject({
    points: z.int().positive().describe('how many points to spend'),
    reference: name(200).optional().describe("the caller's own name for it: an order, a reward"),
  })
  .meta({ id: 'Redemption' });

const redeemed = z
  .object({
    redemptionId: z.uuid(),
    points,
    reference: z.string().nullable(),
    pointsLeft: points.describe('active points after it'),
  })
  .meta({ id: 'Redeemed' });

const returned = z
  .object({
    redemptionId: z.uuid(),
    points,
    reference: z.string().nullable(),
    state: z.literal('returned'),
    redeemedAt: instantShown,
    returnedAt: instantShown,
  })
  .meta({ id: 'Returned' });

@ApiTags('points')
@Controller('members/:memberId/redemptions')
export class RedemptionController {
  constructor(
    private readonly requests: IdempotentRequests,
    private readonly database: DataSource,
    private readonly redeemPoints: RedeemPoints,
    private readonly returnRedemption: ReturnRedemption,
  ) {}

  /** The consumer's twin for HTTP: a repeated key gets the first answer; the same key with another body is refused. */
  @Post()
  @ApiHeader({ name: 'Idempotency-Key', required: true, description: 'a new one for each redemption' })
  @ApiCreatedResponse({ standardSchema: redeemed })
  redeem(
    @Param('memberId', { schema: memberIdParam }) memberId: string,
    @IdempotencyKey() key: string,
    @Body({ schema: redemption }) body: z.infer<typeof redemption>,
  ): Promise<Redeemed> {
    return this.requests.once({ scope: redemptionScope(memberId), key, body }, (tx) =>
      this.redeemPoints.run(tx, { memberId, ...body }),
    );
  }

  /** Needs no key: a redemption is returned once, and asked again the answer is the same. */
  @Post(':redemptionId/return')
  @HttpCode(200)
  @ApiOkResponse({ standardSchema: returned })
  giveBack(
    @Param('memberId', { schema: memberIdParam }) memberId: string,
    @Param('redemptionId', { schema: redemptionIdParam }) redemptionId: string,
  ): Promise<Returned> {
    return this.database.transaction((tx) => this.returnRedemption.run(tx, memberId, redemptionId));
  }
}
