import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { currency, instant, minorUnits } from '@tessera/contracts';
import { Scopes } from '@tessera/platform-auth';
import { z } from 'zod';
import { type Quote, QuotePoints } from '../quote-points.js';
import { instantShown, memberIdParam, points } from './params.js';

const basket = z
  .strictObject({
    totalMinor: minorUnits.describe('what the member would pay, in minor units of the currency'),
    currency,
    purchasedAt: instant.optional().describe('when; now unless told otherwise'),
  })
  .meta({ id: 'Basket' });

const quote = z
  .object({
    points,
    tier: z.string().describe('the tier whose multiplier would be used'),
    multiplier: z.int().describe('in hundredths'),
    programVersion: z.int(),
    purchasedAt: instantShown,
    expiresAt: instantShown.describe('when these points would expire'),
  })
  .meta({ id: 'Quote' });

@ApiTags('points')
@Controller('members/:memberId/quote')
export class QuoteController {
  constructor(private readonly quotePoints: QuotePoints) {}

  /** What a basket would earn this member. Changes nothing, so the right to read is enough. */
  @Post()
  @HttpCode(200)
  @Scopes('read')
  @ApiOkResponse({ standardSchema: quote })
  quote(
    @Param('memberId', { schema: memberIdParam }) memberId: string,
    @Body({ schema: basket }) body: z.infer<typeof basket>,
  ): Promise<Quote> {
    return this.quotePoints.run({ memberId, ...body });
  }
}
