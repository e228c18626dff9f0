import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse } from '@nestjs/swagger';
import type { ItemRow } from '../persistence/items.repository.js';
import { type NamedNeighbour, type PopularItem, ReadItems } from '../read-items.js';
import { itemAnswer, limitQuery, type LimitQuery, popularItems, relatedItems, sku } from './schemas.js';

@Controller('items')
export class ItemsController {
  constructor(private readonly readItems: ReadItems) {}

  /** What members buy most, lately more than long ago; without what is out of stock. Stands before `:sku`, which would take its name. */
  @Get('popular')
  @ApiOkResponse({ standardSchema: popularItems })
  async popular(@Query({ schema: limitQuery }) { limit }: LimitQuery): Promise<{ items: readonly PopularItem[] }> {
    return { items: await this.readItems.popular(limit) };
  }

  @Get(':sku')
  @ApiOkResponse({ standardSchema: itemAnswer })
  one(@Param('sku', { schema: sku }) id: string): Promise<ItemRow> {
    return this.readItems.one(id);
  }

  /** What members bought along with it, nearest first; without what is out of stock. */
  @Get(':sku/related')
  @ApiOkResponse({ standardSchema: relatedItems })
  async related(
    @Param('sku', { schema: sku }) id: string,
    @Query({ schema: limitQuery }) { limit }: LimitQuery,
  ): Promise<{ sku: string; items: readonly NamedNeighbour[] }> {
    return { sku: id, items: await this.readItems.related(id, limit) };
  }
}
