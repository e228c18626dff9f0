import { issue, RequestInvalid } from '@tessera/platform-http';
import { z } from 'zod';
import { acceptedContracts } from '../accepted-contracts.js';
import { envelope } from '../read-event.js';

export const EVENTS_MAX = 1_000;

const event = z.union(
  acceptedContracts.map(({ topic, schema, summary }) =>
    envelope.extend({ type: z.literal(topic), data: schema }).describe(summary),
  ),
);

/** For the documentation. Each event is checked by itself, so that one wrong one does not refuse the others. */
export const eventsDocument = z.toJSONSchema(z.union([event, z.array(event).min(1).max(EVENTS_MAX)]), {
  target: 'openapi-3.0',
  io: 'input',
  reused: 'inline',
});

export const eventResults = z
  .object({
    accepted: z.int().describe('how many are on the log now'),
    results: z.array(
      z.object({
        index: z.int().describe('which one, counted from 0'),
        status: z.enum(['accepted', 'refused']),
        issues: z.array(issue).optional(),
      }),
    ),
  })
  .meta({ id: 'EventResults' });

/** One event or a list of them, as sent. Throws `RequestInvalid` where it is neither, or too many. */
export function eventsIn(body: unknown): readonly unknown[] {
  if (Array.isArray(body)) {
    if (body.length >= 1 && body.length <= EVENTS_MAX) return body;
    throw new RequestInvalid([{ path: '', reason: `must be 1 to ${EVENTS_MAX} events, not ${body.length}` }]);
  }
  if (typeof body === 'object' && body !== null) return [body];
  throw new RequestInvalid([{ path: '', reason: `must be an event, or a list of 1 to ${EVENTS_MAX} events` }]);
}
