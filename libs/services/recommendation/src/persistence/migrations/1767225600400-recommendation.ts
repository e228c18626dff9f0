import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Baskets and the counters made of them, the catalogue, signals, and the lists as last announced. */
export class Recommendation1767225600400 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE members (
        member_id text COLLATE "C" PRIMARY KEY,
        registered_at timestamptz(3) NOT NULL,
        announced_at timestamptz(3),
        announced text[] COLLATE "C" NOT NULL DEFAULT '{}'
      ) WITH (fillfactor = 70);
      CREATE INDEX members_by_announced ON members USING gin (announced);

      CREATE TABLE baskets (
        basket_id uuid PRIMARY KEY,
        member_id text COLLATE "C" NOT NULL,
        purchase_id text COLLATE "C" NOT NULL,
        purchased_at timestamptz(3) NOT NULL,
        lines jsonb NOT NULL
      );
      CREATE INDEX baskets_of_member ON baskets (member_id, purchased_at DESC, basket_id);

      CREATE TABLE basket_items (
        basket_id uuid,
        sku text COLLATE "C",
        purchased_at timestamptz(3) NOT NULL,
        paired boolean NOT NULL,
        withdrawn boolean NOT NULL DEFAULT false,
        counted boolean NOT NULL,
        PRIMARY KEY (basket_id, sku)
      ) WITH (fillfactor = 95);
      CREATE INDEX basket_items_paired ON basket_items (sku, purchased_at DESC, basket_id) WHERE counted AND paired;

      CREATE TABLE items (
        sku text COLLATE "C" PRIMARY KEY,
        baskets bigint NOT NULL,
        popularity numeric NOT NULL,
        name text,
        category text,
        brand text,
        told_at_ms bigint,
        told_by uuid
      ) WITH (fillfactor = 70);
      CREATE INDEX items_by_popularity ON items (popularity DESC, sku) WHERE baskets > 0;

      CREATE TABLE catalog_items (
        sku text COLLATE "C" PRIMARY KEY,
        version bigint NOT NULL,
        content_hash bytea NOT NULL,
        name text NOT NULL,
        category text,
        brand text,
        price_minor bigint,
        currency text,
        in_stock boolean NOT NULL
      ) WITH (fillfactor = 80);

      CREATE TABLE signals (
        occurred_at timestamptz(3),
        signal_id uuid,
        member_id text COLLATE "C" NOT NULL,
        sku text COLLATE "C" NOT NULL,
        kind text NOT NULL,
        PRIMARY KEY (occurred_at, signal_id)
      ) PARTITION BY RANGE (occurred_at);
      CREATE INDEX signals_of_member ON signals (member_id, occurred_at DESC);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE signals, catalog_items, items, basket_items, baskets, members');
  }
}
