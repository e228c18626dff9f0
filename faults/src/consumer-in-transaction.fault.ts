import { consumerKilledAt } from './failpoints/consumer-killed-at.js';

/** The handler has run and its transaction is open: all of it must be gone, and come again. */
export const consumerInTransaction = consumerKilledAt({
  name: 'consumer-in-transaction',
  summary: 'kill -9 of a service when its handler has run and nothing is committed',
  point: 'consumer.in-transaction',
  committed: false,
});
