import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse } from '@nestjs/swagger';
import { memberId } from '@tessera/contracts';
import { ReadRecommendations, type Recommendations } from '../read-recommendations.js';
import { limitQuery, type LimitQuery, recommendations } from './schemas.js';

@Controller('members')
export class MembersController {
  constructor(private readonly readRecommendations: ReadRecommendations) {}

  /** What the member may want next, best first, each with its reason: made at this instant from all that is known. */
  @Get(':memberId/recommendations')
  @ApiOkResponse({ standardSchema: recommendations })
  list(
    @Param('memberId', { schema: memberId }) id: string,
    @Query({ schema: limitQuery }) { limit }: LimitQuery,
  ): Promise<Recommendations> {
    return this.readRecommendations.run(id, limit);
  }
}
