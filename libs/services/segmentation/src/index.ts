import {
  memberErased,
  memberRegistered,
  programPublished,
  purchaseCreated,
  purchaseRefunded,
  segmentChanged,
} from '@tessera/contracts';
import type { ServiceDefinition } from '@tessera/platform-service';
import { purchaseMigrations } from '@tessera/purchases';
import { Segmentation1767225600300 } from './persistence/migrations/1767225600300-segmentation.js';
import { SegmentationErasures1767571200300 } from './persistence/migrations/1767571200300-segmentation-erasures.js';
import { EntriesOfHistory1767657600300 } from './persistence/migrations/1767657600300-entries-of-history.js';
import { SegmentationModule } from './segmentation.module.js';

/** Rule segments of members, kept incrementally: entered on the event, left when the window moves on. */
export const segmentation: ServiceDefinition = {
  name: 'segmentation',
  description: 'Which members are in which segments, since when and why; segments are defined here.',
  consumes: [purchaseCreated, purchaseRefunded, memberRegistered, memberErased, programPublished],
  produces: [segmentChanged],
  migrations: [
    ...purchaseMigrations,
    Segmentation1767225600300,
    SegmentationErasures1767571200300,
    EntriesOfHistory1767657600300,
  ],
  entities: [],
  module: SegmentationModule,
};
