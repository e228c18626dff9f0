import { aRecommendationChanged, aTierChanged } from '@tessera/testing';
import {
  aPointsChanged,
  aConsent,
  aContact,
  anEntry,
  campaignService,
  messageIn,
  PATIENT,
  type ShownMessage,
} from '../campaign.features.js';
import { mailSink } from '../mail-sink.features.js';

const campaign = { name: 'Back', segment: 'lapsing', template: 'thank-you' };
const template = { subject: 'Hi {{ name }}', text: 'Hi {{ name }}', html: '<p>{{ name }}</p>' };
const uuid = '01997e2e-0000-7000-8000-000000000001';

describe('the routes of campaigns', () => {
  const sink = mailSink();
  const service = campaignService(sink, PATIENT);
  const put = (path: string, body: unknown) => service.http('PUT', path, { body });
  const post = (path: string, body?: unknown) => service.http('POST', path, body === undefined ? {} : { body });
  const get = async (path: string) => (await service.http('GET', path)).body as unknown;

  it('come with the default campaign and its template', async () => {
    expect(await get('/campaigns')).toMatchObject({
      items: [
        { campaignId: 'thank-you', segment: 'big-180', template: 'thank-you', channel: 'email', state: 'running' },
      ],
      nextCursor: null,
    });
    expect(await get('/templates/thank-you')).toMatchObject({ template: 'thank-you', version: 1 });
  });

  it('create, show, change and list campaigns', async () => {
    const created = await put('/campaigns/come-back', campaign);
    expect(created).toMatchObject({ status: 201, body: { campaignId: 'come-back', ...campaign, state: 'running' } });
    const { startsAt, createdAt } = created.body as { startsAt: string; createdAt: string };
    expect(startsAt).toBe(createdAt);

    expect(await put('/campaigns/come-back', campaign)).toMatchObject({ status: 200, body: { startsAt } });
    const early = { ...campaign, name: 'Early', startsAt: '2026-01-01T01:00:00+01:00' };
    expect(await put('/campaigns/come-back', early)).toMatchObject({
      status: 200,
      body: { name: 'Early', startsAt: '2026-01-01T00:00:00.000Z', createdAt },
    });
    expect(await put('/campaigns/come-back', campaign)).toMatchObject({
      body: { startsAt: '2026-01-01T00:00:00.000Z' },
    });

    const first = (await get('/campaigns?limit=1')) as { items: unknown[]; nextCursor: string };
    expect(first.items).toMatchObject([{ campaignId: 'come-back' }]);
    expect(await get(`/campaigns?limit=1&cursor=${first.nextCursor}`)).toMatchObject({
      items: [{ campaignId: 'thank-you' }],
      nextCursor: null,
    });
  });

  it('count in a dry run what would be done with those in the segment, and do nothing', async () => {
    const segment = 'lapsing';
    await service.deliver(
      ...['m1', 'm2', 'm3'].map((id) => aConsent(id, id !== 'm3')),
      aContact('m1'),
      ...['m1', 'm2', 'm3'].map((id) => anEntry(id, { segment })),
      anEntry('m4', { segment, enteredAt: '2025-01-01T00:00:00.000Z' }),
    );
    const counted = { inSegment: 4, already: 0, notMeant: 1, would: 1, wouldWait: 1, refused: 1 };
    const body = { ...campaign, startsAt: '2026-01-01T00:00:00Z' };

    expect(await put('/campaigns/come-back?dryRun=true', body)).toMatchObject({ status: 200, body: counted });
    expect(await put('/campaigns/come-back?dryRun=true', campaign)).toMatchObject({ body: { notMeant: 4, would: 0 } });
    expect(await service.http('GET', '/campaigns/come-back')).toMatchObject({ status: 404 });
    expect(await get('/summary')).toMatchObject({ messagesTotal: 0 });

    await put('/campaigns/come-back', body);
    await messageIn(service, 'm1', 'sent');
    await messageIn(service, 'm3', 'suppressed');
    expect(await put('/campaigns/come-back?dryRun=true', body)).toMatchObject({ body: { already: 3, notMeant: 1 } });
  });

  it('list messages by campaign, state and member, newest first, and each by itself', async () => {
    await service.deliver(anEntry('m1'), aConsent('m2', false), anEntry('m2'), anEntry('m3'));
    const all = (await get('/campaigns/thank-you/messages')) as { items: ShownMessage[] };
    expect(all.items.map(({ memberId, state }) => [memberId, state])).toEqual([
      ['m3', 'waiting'],
      ['m2', 'suppressed'],
      ['m1', 'waiting'],
    ]);
    const page = (await get('/campaigns/thank-you/messages?state=waiting&limit=1')) as { nextCursor: string };
    expect(page).toMatchObject({ items: [{ memberId: 'm3' }] });
    expect(await get(`/campaigns/thank-you/messages?state=waiting&limit=1&cursor=${page.nextCursor}`)).toMatchObject({
      items: [{ memberId: 'm1' }],
      nextCursor: null,
    });

    const [one] = all.items;
    expect(await get(`/messages/${one?.messageId}`)).toEqual(one);
    expect(Object.keys(one ?? {}).sort()).toEqual(
      [
        ...['attempts', 'campaignId', 'changedAt', 'channel', 'createdAt', 'doubts', 'memberId', 'messageId'],
        ...['nextAttemptAt', 'reason', 'rfcMessageId', 'state', 'template', 'templateVersion'],
      ].sort(),
    );
    expect(await get('/members/m2/messages')).toMatchObject({ items: [{ state: 'suppressed' }] });
    expect(await get('/summary')).toEqual({
      messages: { waiting: 2, claimed: 0, sending: 0, sent: 0, bounced: 0, undeliverable: 0, suppressed: 1 },
      messagesTotal: 2,
    });
  });

  it('write versions of templates, which the next message goes by', async () => {
    expect(await put('/templates/thank-you', template)).toMatchObject({
      status: 200,
      body: { version: 2, ...template },
    });
    expect(await put('/templates/thank-you', template)).toMatchObject({ status: 200, body: { version: 2 } });
    expect(await put('/templates/other', template)).toMatchObject({ status: 201, body: { version: 1 } });
    expect(await get('/templates')).toMatchObject({
      items: [
        { template: 'other', version: 1 },
        { template: 'thank-you', version: 2 },
      ],
    });

    await service.deliver(aContact('m1'), aConsent('m1'), anEntry('m1'));
    expect(await messageIn(service, 'm1', 'sent')).toMatchObject({ templateVersion: 2 });
    expect(sink.delivered[0]?.mail.subject).toBe('Hi Name of m1');
  });

  it('preview with a real member, known or not, escaped', async () => {
    await service.deliver(
      aContact('m1', { name: '<Ada>' }),
      aTierChanged({ memberId: 'm1', tier: 'gold', history: [] }),
      aPointsChanged('m1', 120),
      aRecommendationChanged({ memberId: 'm1', items: [{ sku: 'tea', score: 1, reason: { kind: 'popular' } }] }),
    );
    const shown = await post('/templates/thank-you/preview', { memberId: 'm1' });
    expect(shown).toMatchObject({ status: 200, body: { version: 1, subject: 'Thank you, <Ada>' } });
    const { text, html } = shown.body as { text: string; html: string };
    expect(text).toContain('You are a gold member now, you have 120 points');
    expect(text).toContain('- tea');
    expect(html).toContain('Hello &lt;Ada&gt;');

    const plain = await post('/templates/thank-you/preview', { memberId: 'm2' });
    expect(plain).toMatchObject({ status: 200, body: { subject: 'Thank you, dear customer' } });
    expect((plain.body as { text: string }).text).toContain('As a member you have 0 points');
    expect(sink.attempts).toBe(0);
  });

  it('send a test to the operator, whom no ledger knows', async () => {
    await service.deliver(aContact('m1'), aConsent('m1', false));
    expect(await post('/templates/thank-you/test', { memberId: 'm1' })).toMatchObject({
      status: 422,
      body: { code: 'test-address-missing' },
    });
    const sent = await post('/templates/thank-you/test', { memberId: 'm1', to: 'me@shop.example' });
    expect(sent).toMatchObject({
      status: 200,
      body: { to: 'me@shop.example', subject: '[Test] Thank you, Name of m1' },
    });
    expect(sink.delivered.map(({ to }) => to)).toEqual(['me@shop.example']);
    expect(await get('/campaigns/thank-you/messages')).toMatchObject({ items: [] });

    sink.behave(['refuse']);
    expect(await post('/templates/thank-you/test', { memberId: 'm1', to: 'me@shop.example' })).toMatchObject({
      status: 503,
      body: { code: 'test-mail-not-taken' },
    });
  });

  it.each<[string, string, string, unknown?]>([
    ['GET', '/campaigns/none', 'unknown-campaign'],
    ['GET', '/campaigns/none/messages', 'unknown-campaign'],
    ['POST', '/campaigns/none/stop', 'unknown-campaign'],
    ['POST', '/campaigns/none/start', 'unknown-campaign'],
    ['GET', '/templates/none', 'unknown-template'],
    ['POST', '/templates/none/preview', 'unknown-template', { memberId: 'm1' }],
    ['POST', '/templates/none/test', 'unknown-template', { memberId: 'm1', to: 'me@shop.example' }],
    ['POST', '/templates/thank-you/preview', 'unknown-member', { memberId: 'nobody' }],
    ['GET', '/members/nobody/messages', 'unknown-member'],
    ['GET', `/messages/${uuid}`, 'unknown-message'],
  ])('%s %s is 404 %s', async (method, path, code, ...[body]) => {
    expect(await service.http(method, path, body ? { body } : {})).toMatchObject({ status: 404, body: { code } });
  });

  it.each<[string, string, unknown?]>([
    ['GET', '/campaigns?limit=0'],
    ['GET', '/campaigns?cursor=%21'],
    ['GET', '/campaigns?state=running'],
    ['GET', '/campaigns/Big'],
    ['GET', `/campaigns/${'x'.repeat(65)}`],
    ['GET', '/campaigns/thank-you/messages?state=lost'],
    ['GET', '/campaigns/thank-you/messages?cursor=MQ'],
    ['GET', '/members/a%20b/messages'],
    ['GET', '/members/m1/messages?state=sent'],
    ['GET', '/messages/1'],
    ['GET', '/templates?limit=501'],
    ['GET', '/templates/a--b'],
    ['PUT', '/campaigns/x', {}],
    ['PUT', '/campaigns/x', []],
    ['PUT', '/campaigns/X', campaign],
    ['PUT', '/campaigns/x?dryRun=1', campaign],
    ['PUT', '/campaigns/x', { ...campaign, name: '' }],
    ['PUT', '/campaigns/x', { ...campaign, name: 'a\u0000' }],
    ['PUT', '/campaigns/x', { ...campaign, segment: 'x'.repeat(65) }],
    ['PUT', '/campaigns/x', { ...campaign, channel: 'sms' }],
    ['PUT', '/campaigns/x', { ...campaign, startsAt: 'yesterday' }],
    ['PUT', '/campaigns/x', { ...campaign, startsAt: '2026-01-01T00:00:00' }],
    ['PUT', '/campaigns/x', { ...campaign, state: 'stopped' }],
    ['PUT', '/templates/x', { ...template, subject: '' }],
    ['PUT', '/templates/x', { ...template, text: undefined }],
    ['PUT', '/templates/x', { ...template, html: 'a\u0000b' }],
    ['PUT', '/templates/x', { ...template, html: 'a\ud800b' }],
    ['PUT', '/templates/x', { ...template, html: 'x'.repeat(100_001) }],
    ['PUT', '/templates/x', { ...template, css: '' }],
    ['POST', '/templates/thank-you/preview', {}],
    ['POST', '/templates/thank-you/preview', { memberId: 'a b' }],
    ['POST', '/templates/thank-you/preview'],
    ['POST', '/templates/thank-you/test', { memberId: 'm1', to: 'a@x.test, b@x.test' }],
    ['POST', '/templates/thank-you/test', { memberId: 'm1', to: 'a@x.test\r\nBcc: b@x.test' }],
    ['POST', '/campaigns/X/stop'],
  ])('%s %s is 400', async (method, path, ...[body]) => {
    const answer = await service.http(method, path, body === undefined ? {} : { body });

    expect(answer).toMatchObject({ status: 400, body: { code: 'request-invalid' } });
  });

  it('refuse a campaign without its template, and a template that is no Liquid, naming the line', async () => {
    expect(await put('/campaigns/x', { ...campaign, template: 'none' })).toMatchObject({
      status: 422,
      body: { code: 'campaign-template-unknown' },
    });
    expect(await put('/templates/x', { ...template, html: 'a\n{% if name %}' })).toMatchObject({
      status: 422,
      body: { code: 'template-invalid', detail: expect.stringMatching(/^html, line 2, column 1: /) },
    });
    expect(await service.http('GET', '/templates/x')).toMatchObject({ status: 404 });
  });

  it('ask for a token', async () => {
    expect(await service.http('GET', '/campaigns', { token: null })).toMatchObject({ status: 401 });
    expect(await service.http('POST', '/campaigns/thank-you/stop', { token: 'other' })).toMatchObject({ status: 401 });
  });

  it('are described', async () => {
    const { body } = await service.http('GET', '/openapi.json', { token: null });
    const { paths, components } = body as { paths: object; components: { schemas: object } };
    expect(Object.keys(paths)).toEqual(
      expect.arrayContaining([
        '/campaign/v1/campaigns/{campaignId}/stop',
        '/campaign/v1/campaigns/{campaignId}/messages',
        '/campaign/v1/members/{memberId}/messages',
        '/campaign/v1/messages/{messageId}',
        '/campaign/v1/templates/{template}/preview',
        '/campaign/v1/summary',
      ]),
    );
    expect(Object.keys(components.schemas)).toEqual(
      expect.arrayContaining(['CampaignDraft', 'Campaign', 'Audience', 'TemplateDraft', 'Message', 'MessageSummary']),
    );
  });
});
