import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When the books were checked last, and what was found, so that every replica can say so. */
export class BooksChecked1767657600200 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE books_checked (
        only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
        begun_at timestamptz(3) NOT NULL DEFAULT '-infinity',
        ended_at timestamptz(3),
        broken text[]
      );
      INSERT INTO books_checked DEFAULT VALUES;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE books_checked');
  }
}
