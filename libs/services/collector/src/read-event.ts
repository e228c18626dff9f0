import { type Encoded, encode, type EventContract, instant, name } from '@tessera/contracts';
import { type Issue, zodIssues } from '@tessera/platform-http';
import { z } from 'zod';
import { acceptedContract, acceptedContracts, ownTimeOf } from './accepted-contracts.js';

/** A record above this is refused by a Kafka with its usual settings, after it was accepted here. */
export const VALUE_BYTES_MAX = 1_000_000;

/** The attributes of CloudEvents, all but `type` and `data` optional; others may be there and are not used. */
export const envelope = z.object({
  type: z.string('must be a string').describe('which event it is'),
  data: z.unknown().nonoptional('is missing'),
  id: name(512).optional().describe('the sender’s own id of this message; made here when left out'),
  source: name(512).optional().describe('who sends it, a URI; urn:tessera:collector when left out'),
  time: instant.optional().describe('when it happened, ISO 8601 with zone; taken from the data when left out'),
  specversion: z.literal('1.0', 'must be "1.0"').optional(),
});

export type Context = Readonly<{ newId: () => string; now: () => Date; traceparent?: string }>;

export type ReadEvent =
  | Readonly<{ ok: true; contract: EventContract; encoded: Encoded }>
  | Readonly<{ ok: false; type: string; issues: readonly Issue[] }>;

const TYPES = acceptedContracts.map(({ topic }) => topic).join(' or ');

/** One event as it was sent, made ready for the log; or what is wrong with it, by field. Never throws. */
export function readEvent(sent: unknown, context: Context): ReadEvent {
  const parsed = envelope.safeParse(sent);
  if (!parsed.success) return refused('unknown', zodIssues(parsed.error.issues));

  const { type, data, id, source, time } = parsed.data;
  const contract = acceptedContract(type);
  if (!contract) return refused('unknown', [{ path: 'type', reason: `must be ${TYPES}` }]);

  const valid = contract.parse(data);
  if (!valid.ok) return refused(type, valid.issues.map(dataIssue));

  const happened = time ?? ownTimeOf(contract, valid.data);
  const encoded = encode(contract, valid.data, {
    id: id ?? context.newId(),
    source: source ?? 'urn:tessera:collector',
    time: happened === undefined ? context.now() : new Date(happened),
    ...(context.traceparent !== undefined && { traceparent: context.traceparent }),
  });
  if (Buffer.byteLength(encoded.value) > VALUE_BYTES_MAX) {
    return refused(type, [{ path: 'data', reason: `must be at most ${VALUE_BYTES_MAX} bytes as JSON` }]);
  }
  return { ok: true, contract, encoded };
}

const refused = (type: string, issues: readonly Issue[]): ReadEvent => ({ ok: false, type, issues });

/** A contract says `lines[2].quantity: must be ...`, and `data` where it means the whole. */
function dataIssue(line: string): Issue {
  const at = line.indexOf(': ');
  if (at < 0) return { path: 'data', reason: line };
  const field = line.slice(0, at);
  return { path: field === 'data' ? 'data' : `data.${field}`, reason: line.slice(at + 2) };
}
