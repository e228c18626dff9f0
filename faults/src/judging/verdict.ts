import { setTimeout as sleep } from 'node:timers/promises';
import { differences, type Report, SERVICES } from '@tessera/demo';
import type { Fleet } from '../fleet/fleet.js';
import { judgeMails, type MailVerdict, type SentMessage } from '../mail/mail-judgement.js';
import { eventsOf, type Poured } from '../posting/pouring.js';
import type { FaultReport } from '../scenario.js';
import type { Stage } from '../stage.js';
import { lettersOff, readLetters } from './dead-letters.js';
import { type Audit, auditLog } from './published-audit.js';

type Page = Readonly<{ items: readonly SentMessage[]; nextCursor: string | null }>;

const MESSAGES = '/campaign/v1/campaigns/thank-you/messages';
const PATIENCE_MS = 60_000;
const LOOKS = 10;
const BETWEEN_LOOKS_MS = 1_000;
/** Where the demo says that its members are to be reached; addresses are compared in lower case. */
const addressOf = (memberId: string): string => `${memberId}@example.test`.toLowerCase();

export type Outcome = Readonly<{
  name: string;
  poured: Poured;
  report: Report;
  /** What the scenario itself finds not to hold. */
  check(audit: Audit): Promise<readonly string[]>;
}>;

/** Reads, once all is done, what was published, mailed, put aside and left over, and judges it together with the demo's report. */
export async function verdictOn(stage: Stage, outcome: Outcome): Promise<FaultReport> {
  const { fleet, mail, options, poisoned } = stage;
  const { owed } = outcome.poured.oracle(new Date(outcome.report.asOf)).messages;
  // First what is left: a message that falls due just now is then on its way no longer.
  const left = await leftOver(fleet);
  const mails = judgeMails(await messagesOf(fleet), owed, mail, addressOf);
  const letters = await readLetters((path) => fleet.client({ path, patienceMs: PATIENCE_MS }));
  options.say('Reading all that was published ...');
  const audit = await auditLog(fleet.log);
  const failures = [...(await outcome.check(audit)), ...lettersOff(letters, poisoned), ...left];
  return judge(stage, outcome, { mails, audit, deadLetters: letters.length, failures });
}

async function messagesOf(fleet: Fleet): Promise<SentMessage[]> {
  const client = fleet.client({ path: MESSAGES, patienceMs: PATIENCE_MS });
  const messages: SentMessage[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: Page = await client.get(`${MESSAGES}?limit=500${cursor && `&cursor=${cursor}`}`);
    messages.push(...page.items);
    cursor = page.nextCursor;
  }
  return messages;
}

/** Nothing may be left in any outbox, or on the log for anybody. What falls due just now is given the time to be done. */
async function leftOver(fleet: Fleet): Promise<string[]> {
  for (let left = LOOKS; ; left -= 1) {
    const found = await leftNow(fleet);
    if (found.length === 0 || left === 1) return found;
    await sleep(BETWEEN_LOOKS_MS);
  }
}

async function leftNow(fleet: Fleet): Promise<string[]> {
  const told = await Promise.all(
    SERVICES.map(async (name) => ({ name, progress: await fleet.progress(name, PATIENCE_MS) })),
  );
  return told.flatMap(({ name, progress }) => {
    if (!progress) return [`${name} does not say how far it is`];
    const { outbox, lag, work } = progress;
    return outbox + lag + work === 0 ? [] : [`${name}: ${outbox} to publish, ${lag} to handle, ${work} to do`];
  });
}

type FactsRead = Pick<Report, 'purchases' | 'refunds'> &
  Readonly<{ source: Pick<Report['source'], 'purchases' | 'refundEvents'> }>;

/** How many facts the books do not show, and how many they show that never were. */
export function factsOff({ source, purchases, refunds }: FactsRead): Readonly<{ lost: number; above: number }> {
  const missing = [source.purchases - purchases, source.refundEvents - refunds];
  const sumAbove = (sign: number): number => missing.reduce((sum, count) => sum + Math.max(0, sign * count), 0);
  return { lost: sumAbove(1), above: sumAbove(-1) };
}

type Read = Readonly<{ mails: MailVerdict; audit: Audit; deadLetters: number; failures: readonly string[] }>;

function judge({ options, tally, remarks }: Stage, { name, poured, report }: Outcome, read: Read): FaultReport {
  const { mails, audit, deadLetters } = read;
  const { lost, above } = factsOff(report);
  const { outOfOrder, earnedTwice, records, repeated, superseded } = audit;
  const { booksBalanced } = report;
  const [allLost, allDoubled] = [lost + mails.lost.length, above + earnedTwice + mails.doubled];
  const differing = differences(asJudgedHere(report)).map(
    ({ figure, source: due, services }) => `${figure}: ${due} in the source, ${services} here`,
  );
  const noMail = mails.lost.map((who) => `no mail to ${who}`);
  const failures = [...read.failures, ...differing, ...noMail];
  if (tally.done !== options.injections) failures.push(`${tally.done} of ${options.injections} injections happened`);
  if (superseded > 0) failures.push(`of ${superseded} keys a compacted log would keep a state that is not the newest`);
  if (tally.inFlight === 0) failures.push('no injection hit any work');
  const isClean = failures.length + allLost + allDoubled + outOfOrder === 0;
  return {
    name,
    seed: options.seed,
    injections: tally.done,
    inFlight: tally.inFlight,
    events: eventsOf(poured.shop),
    lost: allLost,
    doubled: allDoubled,
    outOfOrder,
    doubts: mails.doubts,
    deadLetters,
    booksBalanced,
    holds: isClean && booksBalanced,
    remarks: [
      ...remarks,
      `${records} records were on the log, ${repeated} of them for the second time.`,
      `${mails.messages} messages; ${mails.doubts} sends of unknown outcome, ${mails.copies} mails that came again.`,
      ...failures.map((failure) => `DOES NOT HOLD: ${failure}.`),
    ],
  };
}

/** The mail server's refusals are no loss, and only we know of them, as of what was poisoned: both are judged one by one. */
function asJudgedHere(report: Report): Report {
  const { messageRules } = report;
  const byLedger = { ...messageRules.byLedger, missing: 0 };
  return { ...report, deadLetters: 0, messageRules: { ...messageRules, byLedger } };
}
