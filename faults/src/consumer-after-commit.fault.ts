import { consumerKilledAt } from './failpoints/consumer-killed-at.js';

/** Committed, and the log does not know: the batch comes again and must change nothing. */
export const consumerAfterCommit = consumerKilledAt({
  name: 'consumer-after-commit',
  summary: 'kill -9 of a service when its batch is committed and its position on the log has not moved',
  point: 'consumer.after-commit',
  committed: true,
});
