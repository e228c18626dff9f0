import { scratchDatabase } from '@tessera/platform-testing';
import { DataSource } from 'typeorm';
import { definition } from './made-up-service.features.js';
import { runService } from './run-service.js';
import { serviceVariables } from './variables.js';

describe('runService with MIGRATE=only', () => {
  const before = { ...process.env };

  afterEach(() => {
    process.env = { ...before };
  });

  it('brings the database up to date and ends, without a log', async () => {
    const empty = await scratchDatabase();
    Object.assign(process.env, {
      DATABASE_URL: empty.url,
      TESSERA_TOKENS: JSON.stringify([{ name: 'spec', sha256: 'a'.repeat(64), scopes: ['read'] }]),
      LOG_LEVEL: 'silent',
      MIGRATE: 'only',
    });
    try {
      await runService(definition, serviceVariables);
      expect(process.exitCode).toBeUndefined();

      const database = new DataSource({ type: 'postgres', url: empty.url });
      await database.initialize();
      const tables = await database.query("SELECT tablename FROM pg_tables WHERE tablename IN ('seen', 'outbox')");
      await database.destroy();
      expect(tables).toHaveLength(2);
    } finally {
      await empty.drop();
    }
  });
});
