import { memberContactChanged } from '@tessera/contracts';
import {
  aConsentChanged,
  aMemberContactChanged,
  aMemberErased,
  aMemberRegistered,
  aRecommendationChanged,
  aSegmentChanged,
  aTierChanged,
} from '@tessera/testing';
import fc from 'fast-check';
import {
  aConsent,
  aContact,
  anEntry,
  aPointsChanged,
  campaignService,
  ENTERED_AT,
  expectSoon,
  messageIn,
  messagesOf,
  sealer,
  toldOf,
} from './campaign.features.js';
import { mailSink } from './mail-sink.features.js';

describe('planning', () => {
  const sink = mailSink();
  const service = campaignService(sink);
  const settled = () =>
    expectSoon(async () => ((await service.http('GET', '/progress')).body as { work: number }).work === 0);

  it('waits for address and consent in any order, and sends once', async () => {
    const parts = [0, 1, 2].map((n) => n);
    const orders = fc.sample(fc.shuffledSubarray(parts, { minLength: 3 }), { numRuns: 6, seed: 7 });
    for (const [n, order] of orders.entries()) {
      const memberId = `o${n}`;
      const events = [aContact(memberId), aConsent(memberId), anEntry(memberId)];
      for (const part of order) await service.deliver(...events.slice(part, part + 1));
    }
    await settled();

    for (const n of orders.keys()) expect(await messageIn(service, `o${n}`, 'sent')).toMatchObject({ attempts: 1 });
    expect(sink.delivered).toHaveLength(6);
  });

  it('says what it waits for', async () => {
    await service.deliver(anEntry('m1'));
    await service.deliver(aContact('m1'));
    expect(await messageIn(service, 'm1', 'waiting')).toMatchObject({
      reason: 'no-word-on-consent',
      nextAttemptAt: null,
    });
    await service.deliver(aConsentChanged({ memberId: 'm1', consents: [] }));
    expect(await toldOf(service, 'm1')).toEqual(['waiting no-contact', 'waiting no-word-on-consent']);
    expect((await service.http('GET', '/progress')).body).toMatchObject({ work: 0 });
  });

  it('ends as undeliverable what has waited for seven days', async () => {
    await service.deliver(anEntry('m1'), anEntry('m2'));
    expect((await service.http('GET', '/progress')).body).toMatchObject({ nextExit: expect.any(String) });
    await service.sql(`UPDATE messages SET created_at = created_at - interval '7 days' WHERE member_id = 'm1'`);
    await service.sql(`UPDATE subjects SET due_at = clock_timestamp() WHERE subject = 'm1'`);

    expect(await messageIn(service, 'm1', 'undeliverable')).toMatchObject({ reason: 'no-contact', attempts: 0 });
    expect(await messageIn(service, 'm2', 'waiting')).toBeDefined();
    await service.deliver(aContact('m1'), aConsent('m1'));
    await settled();
    expect(await messageIn(service, 'm1', 'undeliverable')).toBeDefined();
  });

  it('suppresses where consent is refused, before, after or without an address, for ever', async () => {
    await service.deliver(aConsent('m1', false), anEntry('m1'), anEntry('m2'), aConsent('m2', false));
    await service.deliver(aContact('m1'), aContact('m2'));

    for (const id of ['m1', 'm2'])
      expect(await messageIn(service, id, 'suppressed')).toMatchObject({ reason: 'consent-refused' });
    await service.deliver(aConsent('m1'));
    await settled();
    expect(await messageIn(service, 'm1', 'suppressed')).toBeDefined();
    expect((await service.http('GET', '/summary')).body).toMatchObject({
      messages: { suppressed: 2 },
      messagesTotal: 0,
    });
  });

  it('sends one message a campaign and member, however often the segment is left and entered', async () => {
    await service.deliver(aContact('m1'), aConsent('m1'), anEntry('m1'));
    await messageIn(service, 'm1', 'sent');
    await service.deliver(aSegmentChanged({ memberId: 'm1' }));
    await service.deliver(anEntry('m1', { enteredAt: '2026-03-01T00:00:00.000Z' }));
    await settled();

    expect(await messagesOf(service, 'm1')).toHaveLength(1);
    expect(sink.delivered).toHaveLength(1);
  });

  it('acts on no entry before its start, none that was loaded as history, and no other segment', async () => {
    const purchase = { kind: 'purchase', purchaseId: 'p1', backfill: true };
    await service.deliver(
      anEntry('m1', { enteredAt: '2025-12-31T23:59:59.999Z' }),
      anEntry('m2', { cause: purchase }),
      anEntry('m3', { segment: 'lapsing' }),
      anEntry('m4', { cause: { kind: 'definition' } }),
      anEntry('m5', { cause: { ...purchase, backfill: false }, enteredAt: '2026-01-01T00:00:00.000Z' }),
    );

    for (const id of ['m1', 'm2', 'm3']) expect(await messagesOf(service, id)).toEqual([]);
    for (const id of ['m4', 'm5']) expect(await messagesOf(service, id)).toHaveLength(1);
  });

  it('acts on an entry whose own state was skipped over as the later state says of it', async () => {
    const later = (memberId: string, backfill?: boolean) => {
      const stay = {
        segment: 'big-180',
        version: 1,
        enteredAt: ENTERED_AT,
        ...(backfill !== undefined && { backfill }),
      };
      return aSegmentChanged({ memberId, segments: [stay, { ...stay, segment: 'active-90' }] });
    };
    await service.deliver(later('m1', true), later('m2', false), later('m3'));

    expect(await messagesOf(service, 'm1')).toEqual([]);
    for (const id of ['m2', 'm3']) expect(await messagesOf(service, id)).toHaveLength(1);
  });

  it('hears of who left and came back by a purchase, though both states were skipped over', async () => {
    const imported = { segment: 'big-180', version: 1, enteredAt: '2026-01-10T00:00:00.000Z', backfill: true };
    const cameBack = { ...imported, enteredAt: ENTERED_AT, backfill: false };
    await service.deliver(aSegmentChanged({ memberId: 'm1', segments: [imported] }));
    expect(await messagesOf(service, 'm1')).toEqual([]);

    await service.deliver(aSegmentChanged({ memberId: 'm1', segments: [cameBack] }));
    expect(await messagesOf(service, 'm1')).toHaveLength(1);
  });

  it('is not moved by a state that comes again or was rebuilt', async () => {
    const segments = [{ segment: 'big-180', version: 1, enteredAt: '2026-02-01T00:00:00.000Z' }];
    await service.deliver(anEntry('m1', { enteredAt: '2025-06-01T00:00:00.000Z' }));
    await service.deliver(aSegmentChanged({ memberId: 'm1', epoch: 2, segments }));

    expect(await messagesOf(service, 'm1')).toEqual([]);
  });

  it('writes to those who are in the segment already when another campaign begins to act on it', async () => {
    await service.deliver(aContact('m1'), aConsent('m1'), anEntry('m1', { segment: 'lapsing' }));
    const body = { name: 'Back', segment: 'lapsing', template: 'thank-you', startsAt: '2026-01-01T00:00:00Z' };
    expect(await service.http('PUT', '/campaigns/come-back', { body })).toMatchObject({ status: 201 });

    expect(await messageIn(service, 'm1', 'sent')).toMatchObject({ campaignId: 'come-back' });
  });

  it('forgets who is erased, ends what waits, and lets no earlier contact come back', async () => {
    const early = aMemberContactChanged({ memberId: 'm1', sealed: sealer.seal('m1', { email: 'm1@example.test' }) });
    await service.deliver(aConsent('m1'), anEntry('m1'));
    await service.deliver(aMemberErased({ memberId: 'm1' }));

    expect(await messageIn(service, 'm1', 'suppressed')).toMatchObject({ reason: 'member-erased' });
    await service.deliver(early);
    expect(await service.sql(`SELECT contact, consent FROM members WHERE member_id = 'm1'`)).toEqual([
      { contact: null, consent: null },
    ]);
    expect(await service.sql(`SELECT FROM stays WHERE member_id = 'm1'`)).toEqual([]);
  });

  it('keeps nothing of what others still tell of who is erased', async () => {
    await service.deliver(aConsent('m1'), anEntry('m1'), aMemberErased({ memberId: 'm1' }));
    await service.deliver(
      aTierChanged({ memberId: 'm1', history: [] }),
      aPointsChanged('m1', 0),
      aRecommendationChanged({ memberId: 'm1', items: [{ sku: 'a', score: 1, reason: { kind: 'popular' } }] }),
    );

    expect(await service.sql(`SELECT tier, points, items FROM members WHERE member_id = 'm1'`)).toEqual([
      { tier: null, points: null, items: null },
    ]);
  });

  it('writes again to who registered anew, in whatever order that is told', async () => {
    const erased = aMemberErased({ memberId: 'm1' });
    await service.deliver(aMemberRegistered({ memberId: 'm1' }), aContact('m1'), aConsent('m1'), erased, anEntry('m1'));

    expect(await messageIn(service, 'm1', 'sent')).toBeDefined();
  });

  it('keeps contacts sealed, and none that a tombstone takes away', async () => {
    const contacts = async () =>
      (await service.sql<{ contact: unknown }>(`SELECT contact FROM members WHERE member_id = 'm1'`))[0]?.contact;
    await service.deliver(aContact('m1'), anEntry('m1'));
    expect(JSON.stringify(await contacts())).toMatch(/ciphertext/);
    expect(JSON.stringify(await contacts())).not.toMatch(/example|Name/);

    await service.forget(memberContactChanged.topic, 'm1');
    expect(await contacts()).toBeNull();
    await service.deliver(aConsent('m1'));
    expect(await messageIn(service, 'm1', 'waiting')).toMatchObject({ reason: 'no-contact' });
    await service.deliver(aContact('m1'));
    await messageIn(service, 'm1', 'sent');
  });
});
