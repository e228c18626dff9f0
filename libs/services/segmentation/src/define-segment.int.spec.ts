import { aPurchaseCreated, testService } from '@tessera/testing';
import { segmentation } from './index.js';
import { ago, restoreDefinitions, segmentEvents, segmentsOf, settled, summaryOf } from './segmentation.features.js';

const spend = (value: number) => ({ measure: 'net-spend', withinDays: 30, is: 'at-least', value });
const draft = (value: number, name = 'Fans') => ({ name, description: 'Spent much lately', rule: spend(value) });

describe('defining segments', () => {
  const service = testService(segmentation);
  afterEach(() => restoreDefinitions(service));

  const threeBuyers = (): Promise<void> =>
    service.deliver(
      ...['m1', 'm2', 'm3'].map((memberId, n) =>
        aPurchaseCreated({ memberId, purchasedAt: ago(10), totalMinor: (n + 1) * 1_000 }),
      ),
    );
  const put = (body: unknown, path = '/segments/fans') => service.http('PUT', path, { body });

  it('takes members in by a new definition in the background, dated when found', async () => {
    await threeBuyers();

    const answer = await put(draft(2_000));

    expect(answer).toMatchObject({ status: 201, body: { segment: 'fans', version: 1, ...draft(2_000) } });
    await settled(service);
    expect((await summaryOf(service))['fans']).toBe(2);
    const [event] = (await segmentEvents(service, 'm2')).slice(-1);
    expect(event).toMatchObject({
      entered: [{ segment: 'fans', version: 1, enteredAt: event?.changedAt, cause: { kind: 'definition' } }],
      left: [],
    });
    expect(event?.segments.map(({ segment }) => segment)).toEqual(['active-90', 'fans', 'new-buyers']);
  });

  it('explains at once by the new definition who is not derived anew yet', async () => {
    await threeBuyers();
    await put(draft(2_000));

    expect(await segmentsOf(service, 'm3')).toContain('fans');
    expect(await segmentsOf(service, 'm1')).not.toContain('fans');
  });

  it('lets members go by a changed rule, which is another version; who stays keeps the date of entry', async () => {
    await threeBuyers();
    await put(draft(2_000));
    await settled(service);
    const before = await segmentEvents(service);

    expect(await put(draft(3_000))).toMatchObject({ status: 200, body: { version: 2 } });
    await settled(service);

    const since = (await segmentEvents(service)).slice(before.length);
    expect(since).toMatchObject([
      { memberId: 'm2', entered: [], left: [{ segment: 'fans', version: 1, cause: { kind: 'definition' } }] },
    ]);
    const { body } = await service.http('GET', '/segments/fans/members');
    expect(body).toMatchObject({
      items: [{ memberId: 'm3', version: 1, cause: { kind: 'definition' } }],
      nextCursor: null,
    });
  });

  it('leaves version and members alone where only words change, or nothing', async () => {
    await threeBuyers();
    await put(draft(2_000));
    await settled(service);
    const events = await segmentEvents(service);

    expect(await put(draft(2_000))).toMatchObject({ status: 200, body: { version: 1, name: 'Fans' } });
    expect(await put(draft(2_000, 'Friends'))).toMatchObject({ status: 200, body: { version: 1, name: 'Friends' } });

    expect((await service.http('GET', '/progress')).body).toMatchObject({ work: 0 });
    expect(await service.http('GET', '/segments/fans')).toMatchObject({ body: { name: 'Friends' } });
    expect(await segmentEvents(service)).toEqual(events);
  });

  it('removes a segment, a default too; its members leave it, and its versions go on if it comes back', async () => {
    await threeBuyers();

    expect(await service.http('DELETE', '/segments/active-90')).toMatchObject({ status: 204, body: null });
    expect(await service.http('GET', '/segments/active-90')).toMatchObject({ status: 404 });
    expect(await service.http('DELETE', '/segments/active-90')).toMatchObject({ status: 404 });
    await settled(service);

    expect(await summaryOf(service)).toEqual({ 'big-180': 0, lapsing: 0, 'new-buyers': 3 });
    expect((await segmentEvents(service, 'm1')).at(-1)).toMatchObject({
      left: [{ segment: 'active-90', version: 1, cause: { kind: 'definition' } }],
    });
    expect(await put(draft(1), '/segments/active-90')).toMatchObject({ status: 201, body: { version: 2 } });
    const { body } = await service.http('GET', '/segments/active-90/versions');
    expect(body).toMatchObject({ items: [{ version: 2 }, { version: 1 }], nextCursor: null });
  });

  it('counts a dry run over all members and changes nothing', async () => {
    await threeBuyers();
    await put(draft(2_000));
    await settled(service);
    const events = await segmentEvents(service);

    const trial = await put({ name: 'any', rule: { not: spend(3_000) } }, '/segments/fans?dryRun=true');
    const unknown = await put(draft(3_000), '/segments/unheard-of?dryRun=true');

    expect(trial).toMatchObject({ status: 200, body: { now: 2, would: 2, entering: 1, leaving: 1 } });
    expect(unknown).toMatchObject({ status: 200, body: { now: 0, would: 1, entering: 1, leaving: 0 } });
    expect(await service.http('GET', '/segments/unheard-of')).toMatchObject({ status: 404 });
    expect(await service.http('GET', '/segments/fans')).toMatchObject({ body: { version: 1, ...draft(2_000) } });
    expect((await service.http('GET', '/progress')).body).toMatchObject({ work: 0 });
    expect(await segmentEvents(service)).toEqual(events);
  });

  it('pages a dry run through more members than one page holds', async () => {
    await service.sql(
      `INSERT INTO members (member_id, registered_at) SELECT 'x' || n, now() FROM generate_series(1, 2500) AS n`,
    );

    const rule = { measure: 'live-purchases', withinDays: null, is: 'at-most', value: 0 };
    expect(await put({ name: 'Nobody', rule }, '/segments/none?dryRun=true')).toMatchObject({ body: { would: 2_503 } });
  });

  it('takes two changes at the same time one after the other', async () => {
    const answers = await Promise.all([put(draft(1)), put(draft(2)), put(draft(3)), put(draft(4))]);

    expect(answers.map(({ body }) => (body as { version: number }).version).sort()).toEqual([1, 2, 3, 4]);
    await settled(service);
  });

  it('ends at the limit of definitions', async () => {
    await service.sql(
      `INSERT INTO segment_definitions
       SELECT 'many-' || n, 1, 'x', '', '{"measure":"net-spend","withinDays":1,"is":"at-least","value":1}', 1, now(), now()
         FROM generate_series(1, 1996) AS n`,
    );

    expect(await put(draft(1))).toMatchObject({ status: 409, body: { code: 'segment-limit-reached' } });
  });
});
