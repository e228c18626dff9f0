import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Definitions, members and stays, and the four segments that every deployment starts with (domain.md section 9). */
export class Segmentation1767225600300 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE segment_definitions (
        segment_id text COLLATE "C" PRIMARY KEY,
        version int NOT NULL CHECK (version >= 1),
        name text NOT NULL,
        description text NOT NULL,
        rule jsonb NOT NULL,
        basis bigint NOT NULL,
        created_at timestamptz(3) NOT NULL,
        changed_at timestamptz(3) NOT NULL,
        removed_at timestamptz(3)
      );

      CREATE TABLE segment_definition_versions (
        segment_id text COLLATE "C",
        version int,
        rule jsonb NOT NULL,
        created_at timestamptz(3) NOT NULL,
        PRIMARY KEY (segment_id, version)
      );

      CREATE TABLE members (
        member_id text COLLATE "C" PRIMARY KEY,
        registered_at timestamptz(3) NOT NULL,
        evaluated_basis bigint
      ) WITH (fillfactor = 80);

      CREATE TABLE segment_members (
        segment_id text COLLATE "C",
        member_id text COLLATE "C",
        segment_version int NOT NULL,
        entered_at timestamptz(3) NOT NULL,
        cause jsonb NOT NULL,
        PRIMARY KEY (segment_id, member_id)
      );
      CREATE INDEX segments_of_member ON segment_members (member_id);
    `);
    await runner.query(
      `WITH defaults AS (
         SELECT d.*, date_trunc('milliseconds', clock_timestamp()) AS at
           FROM unnest($1::text[], $2::text[], $3::text[], $4::jsonb[]) AS d(segment_id, name, description, rule)
       ), versions AS (
         INSERT INTO segment_definition_versions SELECT segment_id, 1, rule, at FROM defaults
       )
       INSERT INTO segment_definitions (segment_id, version, name, description, rule, basis, created_at, changed_at)
       SELECT segment_id, 1, name, description, rule, 0, at, at FROM defaults`,
      [
        DEFAULTS.map(({ id }) => id),
        DEFAULTS.map(({ name }) => name),
        DEFAULTS.map(({ description }) => description),
        DEFAULTS.map(({ rule }) => JSON.stringify(rule)),
      ],
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE segment_members, members, segment_definition_versions, segment_definitions');
  }
}

const live = (withinDays: number | null, is: 'at-least' | 'at-most' | 'exactly', value: number) =>
  ({ measure: 'live-purchases', withinDays, is, value }) as const;

const DEFAULTS = [
  {
    id: 'active-90',
    name: 'Active',
    description: 'A purchase in the last 90 days',
    rule: live(90, 'at-least', 1),
  },
  {
    id: 'big-180',
    name: 'Big spenders',
    description: 'Net spend of 1,000.00 or more in the last 180 days',
    rule: { measure: 'net-spend', withinDays: 180, is: 'at-least', value: 100_000 },
  },
  {
    id: 'lapsing',
    name: 'Lapsing',
    description: 'Two or more purchases ever, none in the last 60 days',
    rule: { all: [live(null, 'at-least', 2), live(60, 'at-most', 0)] },
  },
  {
    id: 'new-buyers',
    name: 'New buyers',
    description: 'Exactly one purchase, and that in the last 30 days',
    rule: { all: [live(null, 'exactly', 1), live(30, 'at-least', 1)] },
  },
] as const;
