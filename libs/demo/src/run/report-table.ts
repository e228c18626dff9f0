import Table from 'cli-table3';
import { compare, differences, type Report } from './report.js';

/** No rules between rows: the whole report fits on a screen. */
const PLAIN = {
  style: { head: [], border: [] },
  chars: { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' },
};

/** The report for people: source beside services with a mark on each difference, then what only one side can know. */
export function reportTable(report: Report): string {
  const compared = new Table({
    head: ['figure', 'source', 'services', ''],
    colAligns: ['left', 'right', 'right', 'left'],
    ...PLAIN,
  });
  for (const { figure, source, services, equal } of compare(report)) {
    compared.push([figure, show(source), show(services), equal ? '' : '<-- differs']);
  }
  const { points, latencyMs, source } = report;
  const rest = new Table({ ...PLAIN, colAligns: ['left', 'right'] });
  rest.push(
    ['as of', report.asOf],
    ['times moved by, days', show(report.shiftDays)],
    ['gross, minor units', show(source.grossMinor)],
    ['customers without a purchase', show(source.customersWithoutPurchase)],
    ['refunded units without a purchase', show(source.unmatchedUnits)],
    ...Object.entries(points).map(([state, count]) => [`points ${state}`, show(count)]),
    ['messages', show(report.messages)],
    ['messages owed', show(report.messageRules.owed)],
    ['messages held against the mailbox', report.messageRules.byMailbox ? 'yes' : 'NO, it is not there'],
    ['events a second', show(report.eventsPerSecond)],
    ['from 202 to the last effect, ms', `p50 ${show(latencyMs.p50)}, p99 ${show(latencyMs.p99)}`],
  );
  const count = differences(report).length;
  const verdict =
    count === 0
      ? 'Every figure of the services equals the one computed from the source.'
      : `${count} figure${count > 1 ? 's differ' : ' differs'} between source and services.`;
  return `${compared.toString()}\n${rest.toString()}\n${verdict}`;
}

function show(value: string | number | null): string {
  if (value === null) return 'not measured';
  return typeof value === 'number' ? value.toLocaleString('en-GB') : value;
}
