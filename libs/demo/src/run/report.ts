import type { Expectation, Source } from '../oracle/source.js';
import type { LatencyMs } from './latency.js';
import { judgeMessages, type MessageRules, type RulesBroken } from './messages.js';
import type { Figures } from './read-figures.js';
import type { Points } from './system.js';

/** What a run came to; also the form of `--json`. Money in minor units, `asOf` the instant all figures hold for. */
export type Report = Readonly<{
  source: Source;
  shiftDays: number;
  asOf: string;
  purchases: number;
  refunds: number;
  refundedMinor: number;
  skipped: number;
  members: number;
  points: Points;
  tiers: Readonly<Record<string, number>>;
  segments: Readonly<Record<string, number>>;
  messages: number;
  messageRules: MessageRules;
  parked: number;
  deadLetters: number;
  booksBalanced: boolean;
  eventsPerSecond: number;
  latencyMs: LatencyMs;
}>;

export type Run = Readonly<{
  shiftDays: number;
  skipped: number;
  eventsPerSecond: number;
  latencyMs: LatencyMs;
}>;

export function makeReport(run: Run, expected: Expectation, { asOf, summaries, messages, progress }: Figures): Report {
  const { membership, ledger, segmentation, campaign, books } = summaries;
  const { points, purchases, refunds, refundedMinor } = ledger;
  const parked = progress.flatMap((service) => service.parked);
  return {
    source: expected.source,
    shiftDays: run.shiftDays,
    asOf: asOf.toISOString(),
    purchases,
    refunds,
    refundedMinor,
    skipped: run.skipped,
    members: membership.members,
    points,
    tiers: membership.tiers,
    segments: segmentation.segments,
    messages: campaign.messagesTotal,
    messageRules: judgeMessages(messages, expected.messages),
    parked: parked.reduce((sum, { count }) => sum + count, 0),
    deadLetters: progress.reduce((sum, { deadLetters }) => sum + deadLetters, 0),
    booksBalanced: books.balanced,
    eventsPerSecond: run.eventsPerSecond,
    latencyMs: run.latencyMs,
  };
}

/** Points issued less clawed back, wherever they are by now: what the oracle's points due must equal. */
export function issuedNet({ pending, active, held, spent, expired, arrears }: Points): number {
  return pending + active + held + spent + expired - arrears;
}

export type Comparison = Readonly<{
  figure: string;
  source: string | number;
  services: string | number;
  equal: boolean;
}>;

/** Each figure that has two independent origins, side by side. */
export function compare(report: Report): readonly Comparison[] {
  const { source } = report;
  const pairs: [string, unknown, unknown][] = [
    ['purchases', source.purchases, report.purchases],
    ['refunds', source.refundEvents, report.refunds],
    ['refunded, minor units', source.refundedMinor, report.refundedMinor],
    ['lines without a customer', source.linesWithoutCustomer, report.skipped],
    ['members', source.members, report.members],
    ['points', source.points, issuedNet(report.points)],
    ...pairsOf('tier', source.tiers, report.tiers),
    ...pairsOf('segment', source.segments, report.segments),
    ...messagePairs(report.messageRules),
    ['parked facts', 0, report.parked],
    ['dead letters', 0, report.deadLetters],
    ['books', 'balanced', report.booksBalanced ? 'balanced' : 'NOT balanced'],
  ];
  return pairs.map(([figure, expected, actual]) => ({
    figure,
    source: expected as string | number,
    services: actual as string | number,
    equal: expected === actual,
  }));
}

export function differences(report: Report): readonly Comparison[] {
  return compare(report).filter(({ equal }) => !equal);
}

type Counts = Readonly<Record<string, number>>;

function pairsOf(kind: string, source: Counts, services: Counts): [string, number, number][] {
  const names = new Set([...Object.keys(source), ...Object.keys(services)]);
  return [...names].map((name) => [`${kind} ${name}`, source[name] ?? 0, services[name] ?? 0]);
}

function messagePairs({ byLedger, byMailbox }: MessageRules): [string, number, number][] {
  const pairs = (by: string, { missing, doubled, unreached }: RulesBroken): [string, number, number][] => [
    [`without their message, by ${by}`, 0, missing],
    [`with two messages, by ${by}`, 0, doubled],
    [`with a message for nothing, by ${by}`, 0, unreached],
  ];
  if (!byMailbox) return pairs('ledger', byLedger);
  return [
    ...pairs('ledger', byLedger),
    ...pairs('mailbox', byMailbox),
    ['mails repeated without a doubt', 0, byMailbox.undoubted],
  ];
}
