import { purchaseCreated, type PurchaseCreated } from '@tessera/contracts';
import { Kafka, logLevel } from 'kafkajs';
import pg from 'pg';
import { lotExpiryOf, pointsOf } from './points.js';
import { type ConsumerSettings, ready, settingsOf } from './settings.js';

/** The least that puts the same five into the tables: no validation, no duplicates, no tiers, no outbox, no recorded offset. */
const { brokers, databaseUrl, group } = settingsOf<ConsumerSettings>();
const LANES = 12;
/**
 * Some 2,300 of these purchases. Left as it is (1 MiB), a batch is 19,000, and twelve at work before the clock begins, which end within the
 * time, are most of what is counted.
 */
const FETCH_BYTES_MAX = 128 * 1024;
const WALLET = 'points';
const PROGRAM_VERSION = 1;

const pool = new pg.Pool({ connectionString: databaseUrl, max: LANES });
const consumer = new Kafka({ brokers: [brokers], clientId: 'beside', logLevel: logLevel.ERROR }).consumer({
  groupId: group,
  maxWaitTimeInMs: 100,
  maxBytesPerPartition: FETCH_BYTES_MAX,
});

async function insert(purchases: readonly PurchaseCreated[]): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    await insertPurchases(client, purchases);
    await insertPoints(client, purchases);
    await client.query('COMMIT');
  } finally {
    client.release();
  }
}

const insertPurchases = (client: pg.PoolClient, purchases: readonly PurchaseCreated[]): Promise<unknown> =>
  client.query(
    `INSERT INTO purchases (purchase_id, member_id, purchased_at, currency, total_minor, lines, backfill, content_hash, appended_at)
     SELECT u.purchase_id, u.member_id, u.purchased_at, u.currency, u.total_minor, u.lines, false, '', now()
       FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::text[], $5::bigint[], $6::jsonb[])
         AS u(purchase_id, member_id, purchased_at, currency, total_minor, lines)`,
    [
      purchases.map(({ purchaseId }) => purchaseId),
      purchases.map(({ memberId }) => memberId),
      purchases.map(({ purchasedAt }) => purchasedAt),
      purchases.map(({ currency }) => currency),
      purchases.map(({ totalMinor }) => totalMinor),
      purchases.map(({ lines }) => JSON.stringify(lines ?? [])),
    ],
  );

async function insertPoints(client: pg.PoolClient, purchases: readonly PurchaseCreated[]): Promise<void> {
  const ids = purchases.map(({ purchaseId }) => purchaseId);
  const members = purchases.map(({ memberId }) => memberId);
  const points = purchases.map(({ totalMinor }) => pointsOf(totalMinor));
  const times = purchases.map(({ purchasedAt }) => purchasedAt);
  await client.query(
    `INSERT INTO entries (member_id, sequence, line, wallet, account, amount, lot_id, reason, purchase_id, occurred_at, posted_at)
     SELECT u.member_id, nextval('outbox_positions'), l.line, '${WALLET}', l.account, l.sign * u.points, u.purchase_id, 'earned',
            u.purchase_id, u.occurred_at, now()
       FROM unnest($1::text[], $2::text[], $3::bigint[], $4::timestamptz[]) AS u(purchase_id, member_id, points, occurred_at),
            (VALUES (1, 'issued', -1), (2, 'active', 1)) AS l(line, account, sign)`,
    [ids, members, points, times],
  );
  await client.query(
    `INSERT INTO lots (member_id, purchase_id, wallet, expires_at, net_minor, program_version, posted, active, expired)
     SELECT u.member_id, u.purchase_id, '${WALLET}', u.expires_at, u.net_minor, ${PROGRAM_VERSION}, u.points, u.points, 0
       FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::bigint[], $5::bigint[])
         AS u(member_id, purchase_id, expires_at, net_minor, points)`,
    [
      members,
      ids,
      times.map((time) => lotExpiryOf(new Date(time)).toISOString()),
      purchases.map(({ totalMinor }) => totalMinor),
      points,
    ],
  );
  await client.query(
    `INSERT INTO wallets (member_id, wallet, pending, active, held, spent, expired, arrears)
     SELECT u.member_id, '${WALLET}', 0, sum(u.points), 0, 0, 0, 0 FROM unnest($1::text[], $2::bigint[]) AS u(member_id, points)
      GROUP BY u.member_id
     ON CONFLICT (member_id, wallet) DO UPDATE SET active = wallets.active + excluded.active`,
    [members, points],
  );
}

await consumer.connect();
await consumer.subscribe({ topics: [purchaseCreated.topic], fromBeginning: true });
await consumer.run({
  partitionsConsumedConcurrently: LANES,
  eachBatch: ({ batch }) =>
    insert(batch.messages.map(({ value }) => JSON.parse(value?.toString() ?? '') as PurchaseCreated)),
});
ready(() => consumer.disconnect());
