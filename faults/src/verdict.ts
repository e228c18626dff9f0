import { differences, type Report, TesseraClient } from '@tessera/demo';
import type { Fleet } from './fleet.js';
import { judgeMails, type MailVerdict, type Received, type SentMessage } from './mail-judgement.js';
import { eventsOf, type Poured } from './pouring.js';
import { type Audit, auditLog } from './published-audit.js';
import type { FaultOptions, FaultReport } from './scenario.js';

/** Injections that happened, and those of them that hit work. */
export type Tally = { done: number; inFlight: number };

type Page = Readonly<{ items: readonly SentMessage[]; nextCursor: string | null }>;

const MESSAGES = '/campaign/v1/campaigns/thank-you/messages';
/** Where the demo says that its members are to be reached; addresses are compared in lower case. */
const addressOf = (memberId: string): string => `${memberId}@example.test`.toLowerCase();

export type Outcome = Readonly<{
  name: string;
  options: FaultOptions;
  poured: Poured;
  report: Report;
  tally: Tally;
  received: Received;
  remarks?: readonly string[];
}>;

/** Reads, once all is done, what was published and what was mailed, and judges it together with the demo's report. */
export async function verdictOn(fleet: Fleet, outcome: Outcome): Promise<FaultReport> {
  const { options, poured, report, received } = outcome;
  const { owed } = poured.oracle(new Date(report.asOf)).messages;
  const mails = judgeMails(await messagesOf(fleet), owed, received, addressOf);
  options.say('Reading all that was published ...');
  return judge(outcome, mails, await auditLog(fleet.log));
}

async function messagesOf(fleet: Fleet): Promise<SentMessage[]> {
  const client = new TesseraClient({ url: fleet.urlFor(MESSAGES), token: fleet.token, patienceMs: 60_000 });
  const messages: SentMessage[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: Page = await client.get(`${MESSAGES}?limit=500${cursor && `&cursor=${cursor}`}`);
    messages.push(...page.items);
    cursor = page.nextCursor;
  }
  return messages;
}

type FactsRead = Pick<Report, 'purchases' | 'refunds'> &
  Readonly<{ source: Pick<Report['source'], 'purchases' | 'refundEvents'> }>;

/** How many facts the books do not show, and how many they show that never were. */
export function factsOff({ source, purchases, refunds }: FactsRead): Readonly<{ lost: number; above: number }> {
  const missing = [source.purchases - purchases, source.refundEvents - refunds];
  const sumAbove = (sign: number): number => missing.reduce((sum, count) => sum + Math.max(0, sign * count), 0);
  return { lost: sumAbove(1), above: sumAbove(-1) };
}

function judge({ name, options, poured, report, tally, remarks = [] }: Outcome, mails: MailVerdict, audit: Audit) {
  const { seed, injections } = options;
  const { lost, above } = factsOff(report);
  const { outOfOrder, earnedTwice, records, repeated } = audit;
  const { booksBalanced } = report;
  const differing = differences(withoutBounces(report));
  const [allLost, allDoubled] = [lost + mails.lost, above + earnedTwice + mails.doubled];
  return {
    name,
    seed,
    injections: tally.done,
    inFlight: tally.inFlight,
    events: eventsOf(poured.shop),
    lost: allLost,
    doubled: allDoubled,
    outOfOrder,
    doubts: mails.doubts,
    booksBalanced,
    holds: differing.length + allLost + allDoubled + outOfOrder === 0 && booksBalanced && tally.done === injections,
    remarks: [
      ...remarks,
      `${records} records were on the log, ${repeated} of them for the second time.`,
      `${mails.messages} messages; ${mails.doubts} sends of unknown outcome, ${mails.copies} mails that came again.`,
      ...differing.map(({ figure, source: due, services }) => `${figure}: ${due} in the source, ${services} here.`),
    ],
  };
}

/** The mail server's refusals are no loss, and only we know of them: who is without a message is judged by what it received. */
function withoutBounces(report: Report): Report {
  const { messageRules } = report;
  return { ...report, messageRules: { ...messageRules, byLedger: { ...messageRules.byLedger, missing: 0 } } };
}
