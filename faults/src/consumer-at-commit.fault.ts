import { consumerKilledAt } from './failpoints/consumer-killed-at.js';

/** COMMIT is sent and nobody hears the answer: it is all there or all gone, and comes once more either way. */
export const consumerAtCommit = consumerKilledAt({
  name: 'consumer-at-commit',
  summary: 'kill -9 of a service when its COMMIT is sent and the answer has not come',
  point: 'consumer.at-commit',
  committed: 'maybe',
});
