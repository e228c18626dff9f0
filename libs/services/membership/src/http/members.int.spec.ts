import { aProgramPublished, aPurchaseCreated, testService } from '@tessera/testing';
import { membership } from '../index.js';

describe('members over HTTP', () => {
  const service = testService(membership, {
    prepare: async (it) => void (await it.http('POST', '/programs', { body: aProgramPublished().data })),
  });
  const register = (memberId: unknown) => service.http('POST', '/members', { body: { memberId } });
  const importing = (members: readonly unknown[]) => service.http('POST', '/members/import', { body: { members } });
  const registrations = async (): Promise<unknown[]> =>
    (await service.published('member.registered')).map(({ data }) => [data['memberId'], data['sequence']]);

  describe('POST /members', () => {
    it('registers, and answers a repeat with what stands', async () => {
      const first = await register('m1');
      const again = await register('m1');

      expect(first).toMatchObject({ status: 201, body: { memberId: 'm1', registeredAt: expect.stringMatching(/Z$/) } });
      expect(again).toMatchObject({ status: 200, body: first.body });
      expect(await registrations()).toEqual([['m1', 1]]);
    });

    it('registers once, however many ask at the same time', async () => {
      const answers = await Promise.all(Array.from({ length: 12 }, () => register('m1')));

      expect(answers.map(({ status }) => status).sort()).toEqual([...Array<number>(11).fill(200), 201]);
      expect(await registrations()).toEqual([['m1', 1]]);
    });

    it.each([
      ['nothing', undefined, ''],
      ['no object', '[]', ''],
      ['no JSON', '{', undefined],
      ['no id', {}, 'memberId'],
      ['a number', { memberId: 7 }, 'memberId'],
      ['an e-mail address', { memberId: 'a@example.test' }, 'memberId'],
      ['an empty id', { memberId: '' }, 'memberId'],
      ['an id of 65', { memberId: 'x'.repeat(65) }, 'memberId'],
      ['a field that nobody knows', { memberId: 'm1', email: 'a@example.test' }, ''],
    ])('refuses %s', async (_case, body, path) => {
      const answer = await service.http('POST', '/members', { body });

      expect(answer.status).toBe(400);
      if (path !== undefined) expect(answer.body).toMatchObject({ issues: [{ path }] });
      expect(await registrations()).toEqual([]);
    });
  });

  describe('POST /members/import', () => {
    it('answers each item; a bad one keeps no other from being registered', async () => {
      await register('known');

      const answer = await importing([
        { memberId: 'b' },
        { memberId: 'a b' },
        'c',
        { memberId: 'known' },
        { memberId: 'b' },
        { memberId: 'a', x: 1 },
        null,
      ]);

      expect(answer.status).toBe(200);
      expect(answer.body).toMatchObject({
        results: [
          { index: 0, status: 'created', memberId: 'b' },
          { index: 1, status: 'refused', issues: [expect.stringContaining('memberId: ')] },
          { index: 2, status: 'refused' },
          { index: 3, status: 'known', memberId: 'known' },
          { index: 4, status: 'known', memberId: 'b' },
          { index: 5, status: 'refused' },
          { index: 6, status: 'refused' },
        ],
      });
      expect(await registrations()).toEqual([
        ['known', 1],
        ['b', 1],
      ]);
    });

    it('takes 1,000, and counts at once what they bought before', async () => {
      const ids = Array.from({ length: 1_000 }, (_, n) => `m${n}`);
      const purchasedAt = new Date(Date.now() - 1_000).toISOString();
      await service.deliver(...ids.map((memberId) => aPurchaseCreated({ memberId, totalMinor: 500_00, purchasedAt })));

      const answer = await importing(ids.map((memberId) => ({ memberId })));

      expect(answer.status).toBe(200);
      expect((await service.published('tier.changed')).length).toBe(1_000);
      expect((await service.http('GET', '/summary')).body).toEqual({
        members: 1_000,
        tiers: { basic: 0, silver: 1_000, gold: 0 },
      });
    });

    it('lets calls that overlap go on beside each other', async () => {
      const ids = Array.from({ length: 200 }, (_, n) => ({ memberId: `m${n}` }));
      const answers = await Promise.all([importing(ids), importing([...ids].reverse()), importing(ids.slice(50, 150))]);

      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
      expect(await registrations()).toHaveLength(200);
    });

    it.each([
      ['nothing', undefined],
      ['no list', { members: {} }],
      ['an empty list', { members: [] }],
      ['more than 1,000', { members: Array.from({ length: 1_001 }, (_, n) => ({ memberId: `m${n}` })) }],
      ['a field that nobody knows', { members: [{ memberId: 'm1' }], dryRun: true }],
    ])('refuses %s', async (_case, body) => {
      expect((await service.http('POST', '/members/import', { body })).status).toBe(400);
      expect(await registrations()).toEqual([]);
    });
  });

  describe('GET /members', () => {
    type List = { items: { memberId: string; tier: string }[]; nextCursor: string | null };
    const list = async (query: string): Promise<List> => (await service.http('GET', `/members${query}`)).body;

    it('lists all, page by page, in the order of their ids', async () => {
      await importing(['b', 'a', 'C', 'a:1', 'd'].map((memberId) => ({ memberId })));

      const first = await list('?limit=2');
      const second = await list(`?limit=2&cursor=${first.nextCursor}`);
      const third = await list(`?limit=2&cursor=${second.nextCursor}`);

      expect([first, second, third].map(({ items }) => items.map(({ memberId }) => memberId))).toEqual([
        ['C', 'a'],
        ['a:1', 'b'],
        ['d'],
      ]);
      expect(third.nextCursor).toBeNull();
      expect(first.items[0]).toMatchObject({ tier: 'basic' });
    });

    it('lists those of a tier', async () => {
      await importing(['a', 'b', 'c'].map((memberId) => ({ memberId })));
      const purchasedAt = new Date(Date.now() - 1_000).toISOString();
      await service.deliver(aPurchaseCreated({ memberId: 'b', totalMinor: 500_00, purchasedAt }));

      expect((await list('?tier=silver')).items.map(({ memberId }) => memberId)).toEqual(['b']);
      expect((await list('?tier=basic')).items.map(({ memberId }) => memberId)).toEqual(['a', 'c']);
      expect((await list('?tier=unknown')).items).toEqual([]);
    });

    it.each(['?limit=0', '?limit=501', '?limit=x', '?cursor=no', '?cursor=IjEgMiI', '?tier='])(
      'refuses %s',
      async (query) => {
        expect((await service.http('GET', `/members${query}`)).status).toBe(400);
      },
    );
  });

  describe('GET /members/:memberId', () => {
    it('shows a member', async () => {
      await register('a:b.c_d-e');
      expect(await service.http('GET', '/members/a:b.c_d-e')).toMatchObject({
        status: 200,
        body: { memberId: 'a:b.c_d-e', tier: 'basic' },
      });
    });

    it.each(['/members/nobody', '/members/nobody/tier'])('%s of one who is no member is 404', async (path) => {
      expect(await service.http('GET', path)).toMatchObject({ status: 404, body: { code: 'member-unknown' } });
    });

    it.each(['/members/a%20b', '/members/a%00/tier', `/members/${'x'.repeat(65)}`])('%s is 400', async (path) => {
      expect(await service.http('GET', path)).toMatchObject({ status: 400, body: { issues: [{ path: 'memberId' }] } });
    });
  });

  it.each([
    ['POST', '/members'],
    ['POST', '/members/import'],
    ['GET', '/members'],
    ['GET', '/members/m1'],
    ['GET', '/members/m1/tier'],
    ['GET', '/summary'],
    ['POST', '/programs'],
    ['GET', '/programs'],
    ['GET', '/programs/current'],
  ])('%s %s wants a token', async (method, path) => {
    expect((await service.http(method, path, { token: null, ...(method === 'POST' ? { body: {} } : {}) })).status).toBe(
      401,
    );
  });

  it('is described, with every schema by its name', async () => {
    const { body } = await service.http('GET', '/openapi.json', { token: null });
    const described = body as { paths: object; components: { schemas: object } };

    expect(Object.keys(described.paths)).toEqual(
      expect.arrayContaining(
        ['/members', '/members/import', '/programs', '/summary'].map((path) => `/membership/v1${path}`),
      ),
    );
    expect(Object.keys(described.components.schemas)).toEqual(
      expect.arrayContaining(['NewMember', 'MemberImport', 'MemberTier', 'Program', 'ProgramDraft']),
    );
  });
});
