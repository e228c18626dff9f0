import { setTimeout as sleep } from 'node:timers/promises';
import { tokenFrom } from '@tessera/platform-auth';
import { createLogger, type RunningService, startService } from '@tessera/platform-service';
import { UnreachableLog } from '@tessera/testing';
import {
  aConsent,
  aContact,
  anEntry,
  campaignService,
  expectSoon,
  messageIn,
  messagesOf,
  PATIENT,
  settingsFor,
} from './campaign.features.js';
import { campaign } from './index.js';
import { mailSink } from './mail-sink.features.js';

/** One test lets the mail server hang, and waits for that to end. */
const HANGS_FOR = { replyMs: 5_000 };

describe('several replicas', () => {
  const sink = mailSink();
  const service = campaignService(sink, { ...PATIENT, ...HANGS_FOR });
  const others: RunningService[] = [];

  /** Another process's worth of the service, on the same database. */
  async function replica(): Promise<RunningService> {
    const [row] = await service.sql<{ name: string }>('SELECT current_database() AS name');
    const url = new URL(process.env['TESSERA_TEST_POSTGRES'] ?? '');
    url.pathname = `/${row?.name}`;
    const other = await startService(campaign, {
      log: new UnreachableLog(),
      databaseUrl: url.href,
      tokens: [tokenFrom('t', { name: 't', scopes: ['read'] })],
      logger: createLogger({ level: 'silent' }),
      settings: { ...settingsFor(sink), ...PATIENT, ...HANGS_FOR },
    });
    others.push(other);
    return other;
  }
  afterEach(async () => {
    await Promise.all(others.splice(0).map((other) => other.close()));
  });
  const sentTo = async (ids: readonly string[]): Promise<void> => {
    for (const id of ids) await messageIn(service, id, 'sent');
  };
  const enter = async (ids: readonly string[]): Promise<void> => {
    await service.deliver(...ids.flatMap((id) => [aContact(id), aConsent(id)]));
    await service.deliver(...ids.map((id) => anEntry(id)));
  };

  it('share the work and send nothing twice', async () => {
    await Promise.all([replica(), replica()]);
    const ids = Array.from({ length: 40 }, (_, n) => `r${n}`);
    await enter(ids);

    await sentTo(ids);
    expect(sink.delivered).toHaveLength(40);
    expect(new Set(sink.delivered.map(({ to }) => to)).size).toBe(40);
    expect(
      await service.sql('SELECT sum(attempts)::int AS attempts, sum(doubts)::int AS doubts FROM messages'),
    ).toEqual([{ attempts: 40, doubts: 0 }]);
    const told = await service.published('message.changed');
    const numbers = told.map(({ key, data }) => `${key}/${data['sequence']}`);
    expect(new Set(numbers).size).toBe(numbers.length);
  });

  it('hand over what one gives back when it is closed in the middle', async () => {
    sink.behave([], 'hang-at-mail-from');
    const other = await replica();
    await enter(['m1', 'm2', 'm3']);
    await expectSoon(() => sink.attempts > 0);
    sink.behave([]);
    await other.close();

    await sentTo(['m1', 'm2', 'm3']);
    expect(sink.delivered).toHaveLength(3);
    for (const id of ['m1', 'm2', 'm3']) expect((await messagesOf(service, id))[0]).toMatchObject({ doubts: 0 });
  });

  it('take over what a dead process had claimed, or was sending, when its lease runs out', async () => {
    await service.http('POST', '/campaigns/thank-you/stop');
    await enter(['m1', 'm2']);
    const dead = `lease_holder = gen_random_uuid(), claimable_at = clock_timestamp() + interval '1 second'`;
    await service.sql(`UPDATE messages SET state = 'claimed', ${dead} WHERE member_id = 'm1'`);
    await service.sql(`UPDATE messages SET state = 'sending', attempts = 1, ${dead} WHERE member_id = 'm2'`);
    await service.http('POST', '/campaigns/thank-you/start');
    await sleep(300);
    expect(sink.attempts).toBe(0);

    expect(await messageIn(service, 'm1', 'sent')).toMatchObject({ attempts: 1, doubts: 0 });
    expect(await messageIn(service, 'm2', 'sent')).toMatchObject({ attempts: 2, doubts: 1 });
  });
});

describe('the stop switch', () => {
  const sink = mailSink();
  const service = campaignService(sink, PATIENT);
  const state = async () => ((await service.http('GET', '/campaigns/thank-you')).body as { state: string }).state;

  it('lets nothing be claimed once it is answered, loses nothing, and a start sends it', async () => {
    expect(await service.http('POST', '/campaigns/thank-you/stop')).toMatchObject({
      status: 200,
      body: { state: 'stopped' },
    });
    await service.deliver(aContact('m1'), aConsent('m1'), anEntry('m1'));
    await sleep(800);
    expect([sink.attempts, await state()]).toEqual([0, 'stopped']);
    expect(await messageIn(service, 'm1', 'waiting')).toMatchObject({ attempts: 0 });
    expect((await service.http('GET', '/progress')).body).toMatchObject({ work: 0 });

    await service.http('POST', '/campaigns/thank-you/start');
    expect(await messageIn(service, 'm1', 'sent')).toMatchObject({ attempts: 1 });
    expect(await state()).toBe('running');
  });

  it('in the middle of many stops all but those being sent', async () => {
    sink.behave([], 'accept', 20);
    const ids = Array.from({ length: 40 }, (_, n) => `s${n}`);
    await service.deliver(...ids.flatMap((id) => [aContact(id), aConsent(id)]));
    await service.deliver(...ids.map((id) => anEntry(id)));
    await expectSoon(() => sink.delivered.length > 3);
    await service.http('POST', '/campaigns/thank-you/stop');
    const [row] = await service.sql<{ begun: number }>('SELECT sum(attempts)::int AS begun FROM messages');
    await sleep(700);

    const [later] = await service.sql<{ begun: number }>('SELECT sum(attempts)::int AS begun FROM messages');
    expect(later).toEqual(row);
    expect(sink.delivered).toHaveLength(row?.begun ?? -1);
    expect(row?.begun).toBeLessThan(40);

    await service.http('POST', '/campaigns/thank-you/start');
    for (const id of ids) await messageIn(service, id, 'sent');
    expect(sink.delivered).toHaveLength(40);
  });
});
