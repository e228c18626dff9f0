import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Purchases, their refunds and the program versions they go by: every service that derives from them keeps a copy of its own. */
export class Purchases1767225600100 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE purchases (
        purchase_id text COLLATE "C",
        member_id text COLLATE "C",
        purchased_at timestamptz(3) NOT NULL,
        currency text NOT NULL,
        total_minor bigint NOT NULL CHECK (total_minor >= 0),
        refunded_minor bigint NOT NULL DEFAULT 0,
        lines jsonb,
        backfill boolean NOT NULL,
        content_hash bytea NOT NULL,
        waits_for text,
        appended_at timestamptz(3) NOT NULL,
        PRIMARY KEY (purchase_id, member_id)
      ) WITH (fillfactor = 90);
      CREATE INDEX purchases_of_member ON purchases (member_id, purchased_at, purchase_id);
      CREATE INDEX purchases_waiting ON purchases (purchase_id, member_id) WHERE waits_for IS NOT NULL;

      CREATE TABLE refunds (
        refund_id text COLLATE "C",
        member_id text COLLATE "C",
        purchase_id text COLLATE "C" NOT NULL,
        refunded_at timestamptz(3) NOT NULL,
        form jsonb NOT NULL,
        amount_minor bigint CHECK (amount_minor >= 0),
        refused_code text,
        backfill boolean NOT NULL,
        content_hash bytea NOT NULL,
        waits_for text,
        appended_at timestamptz(3) NOT NULL,
        PRIMARY KEY (refund_id, member_id),
        CHECK ((amount_minor IS NULL) = (waits_for IS NOT NULL))
      );
      CREATE INDEX refunds_of_purchase ON refunds (member_id, purchase_id);
      CREATE INDEX refunds_waiting ON refunds (refund_id, member_id) WHERE waits_for IS NOT NULL;

      CREATE TABLE programs (
        version int PRIMARY KEY,
        document jsonb NOT NULL
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE programs, refunds, purchases');
  }
}
