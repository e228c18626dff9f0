import { scratchDatabase, type ScratchDatabase } from '@tessera/testing';
import { busFeatures } from '../bus.features.js';
import { EmbeddedLog } from './embedded-log.js';

async function open() {
  const database: ScratchDatabase = await scratchDatabase();
  const openLog = () =>
    EmbeddedLog.open({
      databaseUrl: database.url,
      tombstoneGraceMs: 0,
      backOffMs: { first: 10, max: 100 },
      report: () => undefined,
    });
  let log = await openLog();
  return {
    log,
    reopen: async () => {
      await log.close();
      log = await openLog();
      return log;
    },
    dispose: async () => {
      await log.close();
      await database.drop();
    },
  };
}

busFeatures('EmbeddedLog', { open, compact: (log) => (log as EmbeddedLog).maintain() });
