import { Injectable } from '@nestjs/common';
import { rows, type Transaction } from '@tessera/platform-database';
import { DataSource } from 'typeorm';

export type Check = Readonly<{ name: string; holds: boolean; detail: string }>;
export type CheckedBooks = Readonly<{ balanced: boolean; checks: readonly Check[] }>;

/** Each query gives what breaks the rule, one row each, named so that it can be looked up. */
const RULES: readonly Readonly<{ name: string; rule: string; breaches: string }>[] = [
  {
    name: 'movements-balance',
    rule: 'the lines of each movement add up to zero',
    breaches: `SELECT member_id || '/' || sequence AS what FROM entries GROUP BY member_id, sequence HAVING sum(amount) <> 0`,
  },
  {
    name: 'movements-are-numbered',
    rule: 'the movements of each member, and the times its balance was only said anew, are numbered from 1 without a gap, up to its own counter',
    breaches: `SELECT coalesce(e.member_id, s.subject) AS what
                 FROM (SELECT member_id, count(DISTINCT sequence) AS movements, min(sequence) AS first, max(sequence) AS last
                         FROM (SELECT member_id, sequence FROM entries UNION ALL
                               SELECT member_id, sequence FROM restatements) numbered
                        GROUP BY member_id) e
                 FULL JOIN (SELECT subject, sequence FROM subjects WHERE sequence > 0) s ON s.subject = e.member_id
                WHERE (e.movements, e.first, e.last) IS DISTINCT FROM (s.sequence, 1::bigint, s.sequence)`,
  },
  {
    name: 'wallets-equal-journal',
    rule: 'each wallet is what its journal adds up to',
    breaches: `SELECT coalesce(w.member_id, e.member_id) AS what
                 FROM wallets w
                 FULL JOIN (SELECT member_id, wallet,
                                   coalesce(sum(amount) FILTER (WHERE account = 'pending'), 0) AS pending,
                                   coalesce(sum(amount) FILTER (WHERE account = 'active'), 0) AS active,
                                   coalesce(sum(amount) FILTER (WHERE account = 'held'), 0) AS held,
                                   coalesce(sum(amount) FILTER (WHERE account = 'spent'), 0) AS spent,
                                   coalesce(sum(amount) FILTER (WHERE account = 'expired'), 0) AS expired,
                                   -coalesce(sum(amount) FILTER (WHERE account = 'arrears'), 0) AS arrears
                              FROM entries GROUP BY member_id, wallet) e
                   ON e.member_id = w.member_id AND e.wallet = w.wallet
                WHERE (w.pending, w.active, w.held, w.spent, w.expired, w.arrears)
                      IS DISTINCT FROM (e.pending, e.active, e.held, e.spent, e.expired, e.arrears)`,
  },
  {
    name: 'lots-equal-journal',
    rule: 'each lot is what its journal adds up to',
    breaches: `SELECT coalesce(l.member_id, e.member_id) || '/' || coalesce(l.purchase_id, e.lot_id) AS what
                 FROM lots l
                 FULL JOIN (SELECT member_id, lot_id,
                                   -coalesce(sum(amount) FILTER (WHERE account = 'issued'), 0) AS posted,
                                   coalesce(sum(amount) FILTER (WHERE account = 'active'), 0) AS active,
                                   coalesce(sum(amount) FILTER (WHERE account = 'expired'), 0) AS expired
                              FROM entries WHERE lot_id IS NOT NULL GROUP BY member_id, lot_id) e
                   ON e.member_id = l.member_id AND e.lot_id = l.purchase_id
                WHERE (l.posted, l.active, l.expired) IS DISTINCT FROM (e.posted, e.active, e.expired)`,
  },
  {
    name: 'wallets-equal-lots',
    rule: 'each wallet holds what was posted for its lots, and its active and expired points lie in them',
    breaches: `SELECT w.member_id AS what
                 FROM wallets w
                 LEFT JOIN (SELECT member_id, wallet, sum(posted) AS posted, sum(active) AS active, sum(expired) AS expired
                              FROM lots GROUP BY member_id, wallet) l ON l.member_id = w.member_id AND l.wallet = w.wallet
                WHERE (w.pending + w.active + w.held + w.spent + w.expired - w.arrears, w.active, w.expired)
                      IS DISTINCT FROM (coalesce(l.posted, 0), coalesce(l.active, 0), coalesce(l.expired, 0))`,
  },
  {
    name: 'no-active-beside-arrears',
    rule: 'no wallet has active points while it owes some',
    breaches: `SELECT member_id AS what FROM wallets WHERE active > 0 AND arrears > 0`,
  },
  {
    name: 'spent-equals-redemptions',
    rule: 'points spent are those of the redemptions that were not returned, and each came from lots',
    breaches: `SELECT coalesce(w.member_id, r.member_id) AS what
                 FROM (SELECT member_id, wallet, spent FROM wallets WHERE spent > 0) w
                 FULL JOIN (SELECT member_id, wallet, sum(points) AS points FROM redemptions WHERE state = 'taken'
                             GROUP BY member_id, wallet) r ON r.member_id = w.member_id AND r.wallet = w.wallet
                WHERE w.spent IS DISTINCT FROM r.points
                UNION ALL
               SELECT redemption_id::text FROM redemptions
                WHERE points <> (SELECT sum((share ->> 'points')::bigint) FROM jsonb_array_elements(taken) AS share)`,
  },
  {
    name: 'only-members-have-points',
    rule: 'points were posted to registered members alone, erased since or not',
    breaches: `SELECT member_id AS what FROM wallets w
                WHERE NOT EXISTS (SELECT FROM members m WHERE m.member_id = w.member_id)
                  AND NOT EXISTS (SELECT FROM erased_members e WHERE e.member_id = w.member_id)`,
  },
  {
    name: 'closed-wallets-are-empty',
    rule: 'the wallet of someone erased holds the points spent and nothing else',
    breaches: `SELECT member_id AS what FROM wallets JOIN erased_members USING (member_id)
                WHERE pending > 0 OR active > 0 OR held > 0 OR expired > 0 OR arrears > 0`,
  },
];

const SHOWN_MAX = 5;

/** Reads the whole journal and holds it against all that is kept beside it, in one snapshot, so that it may run at any time. */
@Injectable()
export class CheckBooks {
  constructor(private readonly database: DataSource) {}

  run(): Promise<CheckedBooks> {
    return this.database.transaction('REPEATABLE READ', async (tx) => {
      await rows(tx, 'SET TRANSACTION READ ONLY');
      // A statement reads the whole journal, and may take longer than any on the hot path.
      await rows(tx, 'SET LOCAL statement_timeout = 0');
      const checks: Check[] = [];
      for (const rule of RULES) checks.push(await check(tx, rule));
      return { balanced: checks.every(({ holds }) => holds), checks };
    });
  }
}

async function check(tx: Transaction, { name, rule, breaches }: (typeof RULES)[number]): Promise<Check> {
  const [found] = await rows<{ count: number; some: string[] | null }>(
    tx,
    `SELECT count(*) AS count, (array_agg(what ORDER BY what))[1:${SHOWN_MAX}] AS some FROM (${breaches}) breaches`,
  );
  const count = found?.count ?? 0;
  if (count === 0) return { name, holds: true, detail: rule };
  return { name, holds: false, detail: `${rule}: broken ${count} times, by ${(found?.some ?? []).join(', ')}` };
}
