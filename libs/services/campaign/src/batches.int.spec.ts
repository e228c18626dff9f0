import { setTimeout as sleep } from 'node:timers/promises';
import { tokenFrom } from '@tessera/platform-auth';
import { createLogger, type RunningService, startService } from '@tessera/platform-service';
import { UnreachableLog } from '@tessera/testing';
import { aConsent, aContact, anEntry, campaignService, expectSoon, PATIENT, settingsFor } from './campaign.features.js';
import { campaign } from './index.js';
import { mailSink } from './mail-sink.features.js';

const CONNECTIONS = 4;
const MANY = 60;
const ids = Array.from({ length: MANY }, (_, n) => `b${n}`);

type Sums = Readonly<{ sent: number; attempts: number; doubts: number }>;

describe('batches of messages', () => {
  const sink = mailSink();
  const service = campaignService(sink, { ...PATIENT, connectionsMax: CONNECTIONS });

  const enter = async (members: readonly string[]): Promise<void> => {
    await service.deliver(...members.flatMap((id) => [aContact(id), aConsent(id)]));
    await service.deliver(...members.map((id) => anEntry(id)));
  };
  const sums = async (): Promise<Sums | undefined> =>
    (
      await service.sql<Sums>(
        `SELECT count(*) FILTER (WHERE state = 'sent')::int AS sent, sum(attempts)::int AS attempts, sum(doubts)::int AS doubts
           FROM messages`,
      )
    )[0];
  const allSent = async (count = MANY): Promise<void> => expectSoon(async () => (await sums())?.sent === count);

  it('commit an outcome and the next beginning together: never more are being sent than there are connections', async () => {
    // Looks at the end of each transaction, and so at all that a crash could leave behind.
    await service.sql('CREATE TABLE crowds (sending int)');
    await service.sql(`
      CREATE FUNCTION note_crowd() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN INSERT INTO crowds SELECT count(*) FROM messages WHERE state = 'sending'; RETURN NULL; END $$`);
    await service.sql(`
      CREATE CONSTRAINT TRIGGER crowd AFTER UPDATE ON messages DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION note_crowd()`);
    try {
      sink.behave([], 'accept', 3);
      await enter(ids);
      await allSent();

      const [crowd] = await service.sql<{ largest: number }>('SELECT max(sending) AS largest FROM crowds');
      expect(crowd?.largest).toBe(CONNECTIONS);
      expect(sink.delivered).toHaveLength(MANY);
      expect(await sums()).toEqual({ sent: MANY, attempts: MANY, doubts: 0 });
    } finally {
      await service.sql('DROP TRIGGER crowd ON messages');
      await service.sql('DROP FUNCTION note_crowd');
      await service.sql('DROP TABLE crowds');
    }
  });

  it('take several messages on in one transaction', async () => {
    await service.http('POST', '/campaigns/thank-you/stop');
    await enter(ids);
    await service.http('POST', '/campaigns/thank-you/start');
    await allSent();

    const [told] = await service.sql<{ steps: number; transactions: number }>(
      `SELECT count(*)::int AS steps, count(DISTINCT xmin::text)::int AS transactions FROM outbox
        WHERE topic = 'message.changed' AND convert_from(value, 'UTF8') LIKE '%"state":"claimed"%'`,
    );
    expect(told?.steps).toBe(MANY);
    expect(told?.transactions).toBeLessThanOrEqual(MANY / 5);
  });

  it('lose no word of the mail server to a database that is away for a moment', async () => {
    sink.behave([], 'accept', 5);
    await enter(ids);
    for (let cut = 0; cut < 5; cut += 1) {
      await service.sql(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE application_name = 'tessera campaign' AND datname = current_database()`,
      );
      await sleep(60);
    }
    await allSent();

    expect(sink.delivered).toHaveLength(MANY);
    expect(await sums()).toEqual({ sent: MANY, attempts: MANY, doubts: 0 });
  });

  it('go on without a message that cannot be taken on', async () => {
    await service.sql(`
      CREATE FUNCTION refuse_b7() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'not this one' USING ERRCODE = '23514'; END $$`);
    await service.sql(`
      CREATE TRIGGER refuse_b7 BEFORE UPDATE ON messages
        FOR EACH ROW WHEN (NEW.state = 'sending' AND NEW.member_id = 'b7') EXECUTE FUNCTION refuse_b7()`);
    try {
      await enter(ids.slice(0, 20));
      await allSent(19);

      expect(sink.to('b7@example.test')).toEqual([]);
      expect(sink.delivered).toHaveLength(19);
      expect(await service.sql(`SELECT state, attempts FROM messages WHERE member_id = 'b7'`)).toEqual([
        { state: 'claimed', attempts: 0 },
      ]);
    } finally {
      await service.sql('DROP TRIGGER refuse_b7 ON messages');
      await service.sql('DROP FUNCTION refuse_b7');
    }
  });
});

describe('a process that dies with many messages under way', () => {
  const LEASES = { ...PATIENT, attemptMs: 6_000, leaseMs: 9_000, connectionsMax: CONNECTIONS };
  const sink = mailSink();
  const service = campaignService(sink, LEASES);

  /** A process of its own for the database, which can take it away: nothing of it is committed any more, as after a crash. */
  async function mortal(): Promise<Readonly<{ running: RunningService; die(): Promise<void> }>> {
    const [row] = await service.sql<{ name: string }>('SELECT current_database() AS name');
    const role = `mortal_${process.pid}`;
    await service.sql(`CREATE ROLE ${role} SUPERUSER LOGIN PASSWORD 'mortal'`);
    const url = new URL(process.env['TESSERA_TEST_POSTGRES'] ?? '');
    Object.assign(url, { pathname: `/${row?.name}`, username: role, password: 'mortal' });
    const running = await startService(campaign, {
      log: new UnreachableLog(),
      databaseUrl: url.href,
      tokens: [tokenFrom('t', { name: 't', scopes: ['read'] })],
      logger: createLogger({ level: 'silent' }),
      settings: { ...settingsFor(sink), ...LEASES },
    });
    const die = async (): Promise<void> => {
      await service.sql(`ALTER ROLE ${role} NOLOGIN`);
      await service.sql(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1`, [role]);
    };
    return { running, die };
  }

  it('between the end of DATA and the commit leaves no more doubts than it had connections, and loses none', async () => {
    const answer = sink.hold();
    const { running, die } = await mortal();
    try {
      await service.deliver(...ids.flatMap((id) => [aContact(id), aConsent(id)]));
      await service.deliver(...ids.map((id) => anEntry(id)));
      // More than one process can have under way, so that some are those of the one that dies.
      await expectSoon(() => sink.atOnce > CONNECTIONS);
      await die();
      answer();

      const end = Date.now() + 60_000;
      const left = async () =>
        (await service.sql<{ count: number }>(`SELECT count(*)::int FROM messages WHERE state <> 'sent'`))[0]?.count;
      while ((await left()) !== 0 && Date.now() < end) await sleep(100);
      expect(await left()).toBe(0);

      const [row] = await service.sql<{ doubts: number }>('SELECT sum(doubts)::int AS doubts FROM messages');
      const twice = sink.delivered.length - new Set(sink.delivered.map(({ to }) => to)).size;
      expect(new Set(sink.delivered.map(({ to }) => to)).size).toBe(MANY);
      expect(row?.doubts).toBeGreaterThan(0);
      expect(row?.doubts).toBeLessThanOrEqual(CONNECTIONS);
      expect(twice).toBeLessThanOrEqual(row?.doubts ?? 0);
    } finally {
      answer();
      await running.close();
    }
  }, 120_000);
});
