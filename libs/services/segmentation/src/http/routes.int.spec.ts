import { aMemberRegistered, aPurchaseCreated, testService } from '@tessera/testing';
import { segmentation } from '../index.js';
import { ago, type MemberSegments, restoreDefinitions } from '../segmentation.features.js';

const rule = { measure: 'net-spend', withinDays: 30, is: 'at-least', value: 1 };

describe('routes', () => {
  const service = testService(segmentation);
  afterEach(() => restoreDefinitions(service));

  it('list the defaults, and in pages all that there are', async () => {
    const ids = async (path: string): Promise<readonly [readonly string[], string | null]> => {
      const { status, body } = await service.http('GET', path);
      const { items, nextCursor } = body as { items: { segment: string }[]; nextCursor: string | null };
      expect(status).toBe(200);
      return [items.map(({ segment }) => segment), nextCursor];
    };

    expect(await ids('/segments')).toEqual([['active-90', 'big-180', 'lapsing', 'new-buyers'], null]);
    const [first, cursor] = await ids('/segments?limit=3');
    expect(first).toEqual(['active-90', 'big-180', 'lapsing']);
    expect(await ids(`/segments?limit=3&cursor=${cursor}`)).toEqual([['new-buyers'], null]);
  });

  it('show one segment with its rule', async () => {
    expect(await service.http('GET', '/segments/lapsing')).toMatchObject({
      status: 200,
      body: {
        segment: 'lapsing',
        version: 1,
        rule: {
          all: [
            { measure: 'live-purchases', withinDays: null, is: 'at-least', value: 2 },
            { measure: 'live-purchases', withinDays: 60, is: 'at-most', value: 0 },
          ],
        },
      },
    });
  });

  it('show who is in a segment, in pages, and nobody in an empty one', async () => {
    const members = ['m1', 'B', 'a', 'm2', 'm3'];
    await service.deliver(...['B', 'a'].map((memberId) => aMemberRegistered({ memberId })));
    await service.deliver(...members.map((memberId) => aPurchaseCreated({ memberId, purchasedAt: ago(1) })));

    const seen: string[] = [];
    let cursor: string | null = '';
    for (let page = 0; cursor !== null && page < 5; page += 1) {
      const { body } = await service.http('GET', `/segments/active-90/members?limit=2${cursor && `&cursor=${cursor}`}`);
      const found = body as { items: { memberId: string }[]; nextCursor: string | null };
      seen.push(...found.items.map(({ memberId }) => memberId));
      cursor = found.nextCursor;
    }
    expect(seen).toEqual(['B', 'a', 'm1', 'm2', 'm3']);
    expect(await service.http('GET', '/segments/big-180/members')).toMatchObject({
      status: 200,
      body: { items: [], nextCursor: null },
    });
  });

  it('say why a member is in a segment, and with all=true why not', async () => {
    const purchasedAt = ago(70);
    await service.deliver(aPurchaseCreated({ purchaseId: 'a', purchasedAt, totalMinor: 90_000 }));

    const { body } = await service.http('GET', '/members/m1/segments');
    expect(body).toMatchObject({
      memberId: 'm1',
      segments: [
        {
          segment: 'active-90',
          isIn: true,
          version: 1,
          enteredAt: purchasedAt,
          cause: { kind: 'purchase', purchaseId: 'a', backfill: false },
          conditions: [
            { measure: 'live-purchases', withinDays: 90, is: 'at-least', value: 1, measured: 1, holds: true },
          ],
        },
      ],
    });
    expect((body as MemberSegments).segments).toHaveLength(1);

    const all = await service.http('GET', '/members/m1/segments?all=true');
    expect((all.body as MemberSegments).segments.map(({ segment, isIn }) => [segment, isIn])).toEqual([
      ['active-90', true],
      ['big-180', false],
      ['lapsing', false],
      ['new-buyers', false],
    ]);
    expect((all.body as MemberSegments).segments[1]).toMatchObject({
      version: null,
      enteredAt: null,
      cause: null,
      conditions: [{ measure: 'net-spend', value: 100_000, measured: 90_000, holds: false }],
    });
  });

  it('answer for a member without purchases, and 404 for who is none', async () => {
    expect(await service.http('GET', '/members/m1/segments')).toMatchObject({ status: 200, body: { segments: [] } });
    expect(await service.http('GET', '/members/nobody/segments')).toMatchObject({
      status: 404,
      body: { code: 'member-unknown' },
    });
  });

  it.each([
    ['GET', '/segments/unheard-of'],
    ['GET', '/segments/unheard-of/members'],
    ['GET', '/segments/unheard-of/versions'],
    ['DELETE', '/segments/unheard-of'],
  ])('%s %s is 404', async (method, path) => {
    expect(await service.http(method, path)).toMatchObject({ status: 404, body: { code: 'unknown-segment' } });
  });

  it.each([
    ['GET', '/segments?limit=0'],
    ['GET', '/segments?limit=501'],
    ['GET', '/segments?limit=ten'],
    ['GET', '/segments?cursor=%21'],
    ['GET', '/segments?cursor=IkJJRyI'],
    ['GET', '/segments?unknown=1'],
    ['GET', '/segments/Big'],
    ['GET', '/segments/big_180/members'],
    ['GET', '/segments/big-180/members?limit=-1'],
    ['GET', '/segments/big-180/members?cursor=MQ'],
    ['GET', '/segments/big-180/versions?cursor=Imdvb2Qi'],
    ['GET', `/segments/${'x'.repeat(65)}`],
    ['GET', '/segments/-x'],
    ['GET', '/members/a%20b/segments'],
    ['GET', `/members/${'m'.repeat(65)}/segments`],
    ['GET', '/members/m1/segments?all=yes'],
    ['DELETE', '/segments/a--b'],
  ])('%s %s is 400', async (method, path) => {
    expect(await service.http(method, path)).toMatchObject({ status: 400, body: { code: 'request-invalid' } });
  });

  it.each<[string, unknown, string]>([
    ['no name', { rule }, 'name'],
    ['an empty name', { name: '', rule }, 'name'],
    ['a name too long', { name: 'n'.repeat(101), rule }, 'name'],
    ['a description that is no text', { name: 'n', description: 1, rule }, 'description'],
    ['an unknown field', { name: 'n', rule, owner: 'me' }, ''],
    ['no rule', { name: 'n' }, 'rule'],
    ['a rule of the wrong form', { name: 'n', rule: [] }, 'rule'],
    [
      'a value in the depths',
      { name: 'n', rule: { all: [rule, { not: { ...rule, value: -1 } }] } },
      'rule.all[1].not.value',
    ],
    ['a list as a body', [], ''],
  ])('PUT with %s is 400 and names the field', async (_, body, path) => {
    const answer = await service.http('PUT', '/segments/fans', { body });

    expect(answer).toMatchObject({ status: 400, body: { code: 'request-invalid' } });
    expect((answer.body as { issues: { path: string }[] }).issues.map((issue) => issue.path)).toContain(path);
  });

  it('PUT needs JSON, a plain choice for dryRun and an id', async () => {
    expect(await service.http('PUT', '/segments/fans', { body: '{' })).toMatchObject({ status: 400 });
    expect(await service.http('PUT', '/segments/fans')).toMatchObject({ status: 400 });
    const body = { name: 'n', rule };
    expect(await service.http('PUT', '/segments/fans?dryRun=1', { body })).toMatchObject({ status: 400 });
    expect(await service.http('PUT', '/segments/Fans', { body })).toMatchObject({ status: 400 });
    expect(await service.http('GET', '/segments/fans')).toMatchObject({ status: 404 });
  });

  it('ask for a token', async () => {
    expect(await service.http('GET', '/segments', { token: null })).toMatchObject({ status: 401 });
    expect(await service.http('GET', '/summary', { token: 'other' })).toMatchObject({ status: 401 });
  });

  it('are described', async () => {
    const { status, body } = await service.http('GET', '/openapi.json', { token: null });
    const { paths, components } = body as {
      paths: Record<string, object>;
      components: { schemas: Record<string, object> };
    };

    expect(status).toBe(200);
    expect(Object.keys(paths)).toEqual(
      expect.arrayContaining([
        '/segmentation/v1/segments',
        '/segmentation/v1/segments/{segment}',
        '/segmentation/v1/segments/{segment}/members',
        '/segmentation/v1/segments/{segment}/versions',
        '/segmentation/v1/members/{memberId}/segments',
        '/segmentation/v1/summary',
      ]),
    );
    expect(Object.keys(components.schemas)).toEqual(
      expect.arrayContaining(['SegmentDraft', 'Rule', 'Segment', 'TrialCounts']),
    );
  });
});
