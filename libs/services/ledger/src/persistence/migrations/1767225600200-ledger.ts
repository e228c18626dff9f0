import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Whoever finds a wrong movement posts another one; not even this service's own role rewrites the journal by mistake. */
const ONLY_ADDED = `
  CREATE FUNCTION refuse_to_rewrite_entries() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    RAISE EXCEPTION 'the journal is only ever added to: % refused', TG_OP USING ERRCODE = 'restrict_violation';
  END $$;
  CREATE TRIGGER entries_are_only_added BEFORE UPDATE OR DELETE ON entries
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_rewrite_entries();
`;

/** The books, and the local copies that they are kept by. Ids are compared bytewise everywhere. */
export class Ledger1767225600200 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE members (
        member_id text COLLATE "C" PRIMARY KEY,
        registered_at timestamptz(3) NOT NULL
      );

      CREATE TABLE tier_histories (
        member_id text COLLATE "C" PRIMARY KEY,
        entries jsonb NOT NULL
      );

      CREATE TABLE wallets (
        member_id text COLLATE "C",
        wallet text COLLATE "C",
        pending bigint NOT NULL CHECK (pending >= 0),
        active bigint NOT NULL CHECK (active >= 0),
        held bigint NOT NULL CHECK (held >= 0),
        spent bigint NOT NULL CHECK (spent >= 0),
        expired bigint NOT NULL CHECK (expired >= 0),
        arrears bigint NOT NULL CHECK (arrears >= 0),
        PRIMARY KEY (member_id, wallet),
        CONSTRAINT no_active_points_beside_arrears CHECK (active = 0 OR arrears = 0)
      ) WITH (fillfactor = 80);

      CREATE TABLE lots (
        member_id text COLLATE "C",
        purchase_id text COLLATE "C",
        wallet text COLLATE "C" NOT NULL,
        expires_at timestamptz(3) NOT NULL,
        net_minor bigint NOT NULL,
        program_version int NOT NULL,
        posted bigint NOT NULL CHECK (posted >= 0),
        active bigint NOT NULL CHECK (active >= 0),
        expired bigint NOT NULL CHECK (expired >= 0),
        PRIMARY KEY (member_id, purchase_id)
      ) WITH (fillfactor = 90);
      CREATE INDEX lots_to_expire ON lots (expires_at) WHERE active > 0;

      CREATE TABLE entries (
        member_id text COLLATE "C",
        sequence bigint,
        line int,
        wallet text COLLATE "C" NOT NULL,
        account text NOT NULL CHECK (account IN ('issued', 'pending', 'active', 'held', 'spent', 'expired', 'arrears')),
        amount bigint NOT NULL CHECK (amount <> 0),
        lot_id text COLLATE "C",
        reason text NOT NULL CHECK (reason IN ('earned', 'corrected', 'clawed-back', 'spent', 'returned', 'expired')),
        purchase_id text COLLATE "C",
        refund_id text COLLATE "C",
        redemption_id uuid,
        occurred_at timestamptz(3) NOT NULL,
        posted_at timestamptz(3) NOT NULL,
        PRIMARY KEY (member_id, sequence, line),
        CONSTRAINT points_lie_in_lots CHECK (account NOT IN ('issued', 'active', 'expired') OR lot_id IS NOT NULL)
      );

      CREATE TABLE redemptions (
        redemption_id uuid PRIMARY KEY,
        member_id text COLLATE "C" NOT NULL,
        wallet text COLLATE "C" NOT NULL,
        points bigint NOT NULL CHECK (points > 0),
        reference text,
        state text NOT NULL CHECK (state IN ('taken', 'returned')),
        taken jsonb NOT NULL,
        redeemed_at timestamptz(3) NOT NULL,
        returned_at timestamptz(3),
        CONSTRAINT returned_at_some_time CHECK ((state = 'returned') = (returned_at IS NOT NULL))
      );
      CREATE INDEX redemptions_of_member ON redemptions (member_id, redemption_id);
    `);
    await runner.query(ONLY_ADDED);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE redemptions, entries, lots, wallets, tier_histories, members;
      DROP FUNCTION refuse_to_rewrite_entries();
    `);
  }
}
