import type { MigrationInterface, QueryRunner } from 'typeorm';

export class MemberContacts1767312000200 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE members ADD COLUMN erased_at timestamptz(3);
      CREATE INDEX members_erased ON members (member_id) WHERE erased_at IS NOT NULL;

      CREATE TABLE member_contacts (
        member_id text COLLATE "C" PRIMARY KEY REFERENCES members,
        name text,
        email text,
        phone text,
        language text,
        key_id text
      );

      CREATE TABLE member_consents (
        member_id text COLLATE "C" REFERENCES members,
        channel text COLLATE "C",
        granted boolean NOT NULL,
        changed_at timestamptz(3) NOT NULL,
        PRIMARY KEY (member_id, channel)
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE member_consents, member_contacts; ALTER TABLE members DROP COLUMN erased_at');
  }
}
