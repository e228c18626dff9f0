import { Controller } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import { catalogItemChanged, type CatalogItemChanged } from '@tessera/contracts';
import { type Batch, FromLog } from '@tessera/platform-messaging';
import { ChangeCatalog } from '../change-catalog.js';

/** Names come from here, and which articles are out of stock. */
@Controller()
export class OnCatalogItemChanged {
  constructor(private readonly changeCatalog: ChangeCatalog) {}

  @EventPattern<string>(catalogItemChanged.topic)
  handle(@FromLog() batch: Batch<CatalogItemChanged>): Promise<void> {
    return this.changeCatalog.run(batch);
  }
}
