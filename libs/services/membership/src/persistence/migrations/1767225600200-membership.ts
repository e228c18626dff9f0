import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Membership1767225600200 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE members (
        member_id text COLLATE "C" PRIMARY KEY,
        registered_at timestamptz(3) NOT NULL
      );

      CREATE TABLE tier_histories (
        member_id text COLLATE "C" PRIMARY KEY REFERENCES members,
        tier text COLLATE "C" NOT NULL,
        entries jsonb NOT NULL,
        due_at timestamptz(3)
      ) WITH (fillfactor = 80);
      CREATE INDEX tier_histories_by_tier ON tier_histories (tier, member_id);
      CREATE INDEX tier_histories_due ON tier_histories (due_at) WHERE due_at IS NOT NULL;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE tier_histories, members');
  }
}
