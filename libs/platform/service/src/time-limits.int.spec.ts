import type { Log } from '@tessera/platform-bus';
import type { TimeLimits } from '@tessera/platform-database';
import { createLogger } from './logger.js';
import { definition, MadeUpService } from './made-up-service.features.js';
import { openDatabase } from './open-database.js';

describe("the time limits of a service's connections", () => {
  let madeUp: MadeUpService;

  beforeAll(async () => {
    madeUp = await MadeUpService.start();
  });
  afterAll(() => madeUp.close());

  /** The log as one that hands partitions over after so long. */
  const logWith = (sessionTimeoutMs: number): Log =>
    new Proxy<Log>(madeUp.log, {
      get: (target, name) => (name === 'sessionTimeoutMs' ? sessionTimeoutMs : (Reflect.get(target, name) as unknown)),
    });
  const limitsOf = async (sessionTimeoutMs: number | null, given: Partial<TimeLimits> = {}) => {
    const options = { databaseUrl: madeUp.database.url, sessionTimeoutMs, timeLimits: given };
    const opened = await openDatabase(definition, options, createLogger({ level: 'silent' }));
    const found = await opened?.query<Record<string, string>[]>(
      `SELECT current_setting('lock_timeout') AS lock, current_setting('idle_in_transaction_session_timeout') AS idle,
              current_setting('statement_timeout') AS statement`,
    );
    await opened?.destroy();
    return found?.[0];
  };

  it('follow from the session time-out of its log, where there is one', async () => {
    expect(await limitsOf(9_000)).toEqual({ lock: '3s', idle: '3s', statement: '1min' });
    expect(await limitsOf(null)).toEqual({ lock: '20s', idle: '20s', statement: '1min' });
  });

  it('may be set, below it', async () => {
    const given = { lockMs: 4_000, idleInTransactionMs: 1_000, statementMs: 5_000 };
    expect(await limitsOf(9_000, given)).toEqual({ lock: '4s', idle: '1s', statement: '5s' });
  });

  it('keep it from starting when they are not below it, whoever set them', async () => {
    const log = logWith(9_000);
    await expect(madeUp.another({ log, timeLimits: { lockMs: 8_000 } })).rejects.toThrow(
      'idle_in_transaction_session_timeout (3000 ms) and lock_timeout (8000 ms) must be set, and together be below KAFKA_SESSION_MS (9000)',
    );
    const databaseUrl = `${madeUp.database.url}?options=${encodeURIComponent('-c lock_timeout=0')}`;
    await expect(madeUp.another({ log, databaseUrl })).rejects.toThrow('lock_timeout (0 ms)');
  });
});
