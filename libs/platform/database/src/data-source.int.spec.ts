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
});
