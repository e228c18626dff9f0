import {
  behaviorRecorded,
  catalogItemChanged,
  memberErased,
  memberRegistered,
  purchaseCreated,
  purchaseRefunded,
  recommendationChanged,
} from '@tessera/contracts';
import type { ServiceDefinition } from '@tessera/platform-service';
import { purchaseMigrations } from '@tessera/purchases';
import { Recommendation1767225600400 } from './persistence/migrations/1767225600400-recommendation.js';
import { KeptNeighbours1767312000400 } from './persistence/migrations/1767312000400-kept-neighbours.js';
import { RecommendationErasures1767571200400 } from './persistence/migrations/1767571200400-recommendation-erasures.js';
import { RecommendationModule } from './recommendation.module.js';

/** What each member may want next: own frequency, what is bought together, what was viewed, what is popular. */
export const recommendation: ServiceDefinition = {
  name: 'recommendation',
  description: 'What each member may want next, each article with its reason; related and popular articles.',
  consumes: [purchaseCreated, purchaseRefunded, memberRegistered, memberErased, behaviorRecorded, catalogItemChanged],
  produces: [recommendationChanged],
  migrations: [
    ...purchaseMigrations,
    Recommendation1767225600400,
    KeptNeighbours1767312000400,
    RecommendationErasures1767571200400,
  ],
  entities: [],
  module: RecommendationModule,
};
