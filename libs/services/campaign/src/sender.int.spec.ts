import { aRecommendationChanged, aTierChanged } from '@tessera/testing';
import {
  aConsent,
  aContact,
  addressOf,
  anEntry,
  ATTEMPT_MS,
  campaignService,
  expectSoon,
  LEASE_MS,
  messageIn,
  PATIENT,
  toldOf,
} from './campaign.features.js';
import { mailSink } from './mail-sink.features.js';

describe('sending', () => {
  const sink = mailSink();
  const service = campaignService(sink);
  const reachable = (memberId: string) => [aContact(memberId), aConsent(memberId)];

  const counted = async (): Promise<Readonly<{ doubts: number; unknown: number }>> => {
    const { body } = await service.http('GET', '/../../metrics');
    const value = (series: RegExp): number => Number(series.exec(body)?.[1]);
    return {
      doubts: value(/^tessera_campaign_doubts_total\{.*\} (\d+)$/m),
      unknown: value(/^tessera_campaign_attempts_total\{.*outcome="unknown".*\} (\d+)$/m),
    };
  };

  it('takes an entry to the mailbox, and tells each step', async () => {
    await service.deliver(
      ...reachable('m1'),
      aTierChanged({ memberId: 'm1', tier: 'gold', history: [] }),
      aRecommendationChanged({
        memberId: 'm1',
        items: [{ sku: 'x', name: 'Tea & Co', score: 1, reason: { kind: 'popular' } }],
      }),
      anEntry('m1'),
    );

    const message = await messageIn(service, 'm1', 'sent');
    expect(message).toMatchObject({ attempts: 1, doubts: 0, templateVersion: 1, reason: null, nextAttemptAt: null });
    expect(sink.delivered).toHaveLength(1);
    const { mail } = sink.to(addressOf('m1'))[0] ?? {};
    expect(mail).toMatchObject({ subject: 'Thank you, Name of m1', messageId: message.rfcMessageId });
    expect(mail?.from?.text).toBe('"The Shop" <hello@shop.example>');
    expect(mail?.text).toContain('gold');
    expect(mail?.html).toContain('<li>Tea &amp; Co</li>');
    expect(await toldOf(service, 'm1')).toEqual(['waiting', 'claimed', 'sending', 'sent']);
  });

  it('has committed that it sends before the mail server hears of it', async () => {
    sink.behave(['hang-at-mail-from']);
    await service.deliver(...reachable('m1'), anEntry('m1'));

    await expectSoon(() => sink.attempts === 1);
    const [row] = await service.sql<{ state: string; attempts: number }>('SELECT state, attempts FROM messages');
    expect(row).toEqual({ state: 'sending', attempts: 1 });
    await messageIn(service, 'm1', 'sent');
  });

  it.each(['hang-at-mail-from', 'drop-at-mail-from'] as const)(
    'tries again without a doubt what surely was not handed over (%s)',
    async (behaviour) => {
      sink.behave([behaviour]);
      await service.deliver(...reachable('m1'), anEntry('m1'));

      expect(await messageIn(service, 'm1', 'sent')).toMatchObject({ attempts: 2, doubts: 0 });
      expect(sink.delivered).toHaveLength(1);
    },
  );

  it.each(['hang-after-data', 'drop-after-data'] as const)(
    'sends again what may have arrived, when the lease has run out, under the same Message-ID, and counts it (%s)',
    async (behaviour) => {
      const before = await counted();
      sink.behave([behaviour]);
      await service.deliver(...reachable('m1'), anEntry('m1'));

      const message = await messageIn(service, 'm1', 'sent');
      expect(message).toMatchObject({ attempts: 2, doubts: 1 });
      const after = await counted();
      expect([after.doubts - before.doubts, after.unknown - before.unknown]).toEqual([1, 1]);
      expect(sink.delivered.map(({ mail }) => mail.messageId)).toEqual([message.rfcMessageId, message.rfcMessageId]);
      const [first, second] = sink.delivered.map(({ at }) => at);
      expect((second ?? 0) - (first ?? 0)).toBeGreaterThan(LEASE_MS - ATTEMPT_MS / 2);
    },
  );

  it('gives up a message whose outcome stays unknown', async () => {
    sink.behave([], 'drop-after-data');
    await service.deliver(...reachable('m1'), anEntry('m1'));

    expect(await messageIn(service, 'm1', 'undeliverable')).toMatchObject({
      reason: 'outcome-unknown',
      attempts: 3,
      doubts: 3,
    });
  });

  it('ends at a 5xx, whose words with the address in them are not kept', async () => {
    sink.behave(['refuse']);
    await service.deliver(...reachable('m1'), anEntry('m1'));

    expect(await messageIn(service, 'm1', 'bounced')).toMatchObject({ reason: 'smtp-550 5.0.0', attempts: 1 });
    expect(await toldOf(service, 'm1')).toContain('bounced smtp-550 5.0.0');
    expect(sink.delivered).toEqual([]);
  });

  it.each(['defer', 'defer-after-data'] as const)('tries again after a 4xx, with back-off (%s)', async (behaviour) => {
    sink.behave([behaviour, behaviour]);
    await service.deliver(...reachable('m1'), anEntry('m1'));

    expect(await messageIn(service, 'm1', 'sent')).toMatchObject({ attempts: 3, doubts: 0 });
    expect(await toldOf(service, 'm1')).toContain('waiting smtp-451 5.0.0');
    expect(sink.delivered).toHaveLength(1);
  });

  it('gives up after so many 4xx', async () => {
    sink.behave([], 'defer');
    await service.deliver(...reachable('m1'), anEntry('m1'));

    expect(await messageIn(service, 'm1', 'undeliverable')).toMatchObject({ reason: 'smtp-451 5.0.0', attempts: 3 });
  });

  it('outlasts a mail server that is away, without counting it against a message', async () => {
    await sink.stop();
    await service.deliver(...['m1', 'm2', 'm3'].flatMap((id) => [...reachable(id), anEntry(id)]));
    expect(await messageIn(service, 'm1', 'waiting')).toMatchObject({ doubts: 0 });
    await expectSoon(async () => (await toldOf(service, 'm1')).includes('waiting econnrefused'));
    expect((await service.http('GET', '/progress')).body).toMatchObject({ work: 3 });

    await sink.start();
    for (const id of ['m1', 'm2', 'm3']) await messageIn(service, id, 'sent');
    expect(sink.delivered).toHaveLength(3);
    expect((await service.http('GET', '/progress')).body).toMatchObject({ work: 0 });
  });

  it('takes a contact for what it is: without an address it waits, altered it is of no use', async () => {
    await service.deliver(
      aContact('m1', { email: undefined }),
      aContact('m2', { email: 'no address' }),
      { ...aContact('m9'), data: { ...(aContact('m9').data as object), memberId: 'm3' } },
      ...['m1', 'm2', 'm3'].flatMap((id) => [aConsent(id), anEntry(id)]),
    );

    await expectSoon(async () => (await toldOf(service, 'm1')).includes('waiting no-address'));
    expect(await messageIn(service, 'm2', 'undeliverable')).toMatchObject({ reason: 'address-invalid', attempts: 0 });
    expect(await messageIn(service, 'm3', 'undeliverable')).toMatchObject({ reason: 'contact-tampered', attempts: 0 });
    expect(sink.attempts).toBe(0);

    await service.deliver(aContact('m1'));
    expect(await messageIn(service, 'm1', 'sent')).toMatchObject({ attempts: 1 });
  });
});

describe('sending many', () => {
  const sink = mailSink();
  const service = campaignService(sink, PATIENT);

  it('sends many over as many connections as allowed, each once', async () => {
    sink.behave([], 'accept', 5);
    const ids = Array.from({ length: 60 }, (_, n) => `b${n}`);
    await service.deliver(...ids.flatMap((id) => [aContact(id), aConsent(id)]));
    await service.deliver(...ids.map((id) => anEntry(id)));

    await expectSoon(() => sink.delivered.length >= 60);
    await expectSoon(async () => {
      const { body } = await service.http('GET', '/summary');
      return (body as { messages: { sent: number } }).messages.sent === 60;
    });
    expect(new Set(sink.delivered.map(({ to }) => to)).size).toBe(60);
    expect(sink.delivered).toHaveLength(60);
    expect(sink.largestCrowd).toBeGreaterThan(1);
    expect(sink.largestCrowd).toBeLessThanOrEqual(4);
  });
});
