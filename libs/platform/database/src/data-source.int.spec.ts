import { scratchDatabase } from '@tessera/platform-testing';
import type pg from 'pg';
import { createDataSource } from './data-source.js';

describe('the connections of a service', () => {
  it('may be ended by the server in the moment in which they are handed out', async () => {
    const database = await scratchDatabase();
    const dataSource = createDataSource({ url: database.url, name: 'test', migrations: [] });
    await dataSource.initialize();
    try {
      const pool = (dataSource.driver as unknown as { master: pg.Pool }).master;
      const client = await pool.connect();
      const ended = new Promise((resolve) => client.once('end', resolve));
      const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      await dataSource.query('SELECT pg_terminate_backend($1)', [rows[0]?.pid]);
      await ended;

      client.release();
      expect(await dataSource.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
    } finally {
      await dataSource.destroy();
      await database.drop();
    }
  });

  it('look the rows of a batch up, and do not read a whole table for it', async () => {
    const database = await scratchDatabase();
    const dataSource = createDataSource({ url: database.url, name: 'test', migrations: [] });
    await dataSource.initialize();
    try {
      await dataSource.query('CREATE TABLE members (member_id text PRIMARY KEY, points bigint)');
      await dataSource.query(`INSERT INTO members SELECT 'm-' || n, 1 FROM generate_series(1, 100000) AS n`);
      await dataSource.query('ANALYZE members');
      const ids = Array.from({ length: 1_000 }, (_, at) => `m-${at * 97}`);

      const plan = await dataSource.query<readonly unknown[]>(
        `EXPLAIN UPDATE members m SET points = 2 FROM unnest($1::text[]) AS u(member_id) WHERE m.member_id = u.member_id`,
        [ids],
      );

      expect(JSON.stringify(plan)).toContain('Index Scan using members_pkey');
      expect(JSON.stringify(plan)).not.toContain('Seq Scan');
    } finally {
      await dataSource.destroy();
      await database.drop();
    }
  });
});
