import { testService } from '@tessera/testing';
import { aContactKey, publishedContacts } from '../fixtures/contact-keys.js';
import { membership } from '../index.js';

const keys = [aContactKey('k1')];
const anna = { name: 'Anna Ångström', email: 'anna@example.test', phone: '+442071234567', language: 'sv-SE' };
const yes = [{ channel: 'email', granted: true }];

describe('contact and consent', () => {
  const service = testService(membership, { prepare: async () => undefined, settings: () => ({ contactKeys: keys }) });
  const register = (memberId: string, rest: object = {}) =>
    service.http('POST', '/members', { body: { memberId, ...rest } });
  const importing = (members: readonly unknown[]) => service.http('POST', '/members/import', { body: { members } });
  const put = (path: string, body: unknown) => service.http('PUT', path, { body });
  const contacts = () => publishedContacts(service, keys);
  const consents = async () =>
    (await service.published('consent.changed')).map(({ data }) => [
      data['memberId'],
      data['sequence'],
      (data['consents'] as { channel: string; granted: boolean }[]).map(
        ({ channel, granted }) => `${granted ? '+' : '-'}${channel}`,
      ),
    ]);
  const nothingPublished = async () => {
    expect(await contacts()).toEqual([]);
    expect(await consents()).toEqual([]);
  };

  describe('at registration', () => {
    it('are kept and told after the registration itself', async () => {
      const answer = await register('m1', { contact: anna, consents: yes });

      expect(answer.status).toBe(201);
      expect(await contacts()).toEqual([{ memberId: 'm1', sequence: 2, keyId: 'k1', contact: anna }]);
      expect(await consents()).toEqual([['m1', 3, ['+email']]]);
      expect((await service.http('GET', '/members/m1')).body).toMatchObject({
        contact: anna,
        consents: [{ channel: 'email', granted: true, changedAt: expect.stringMatching(/Z$/) }],
      });
    });

    it.each([[{}], [{ contact: {} }], [{ consents: [] }]])('may be left out: %j', async (rest) => {
      expect((await register('m1', rest)).status).toBe(201);

      await nothingPublished();
      expect((await service.http('GET', '/members/m1')).body).toMatchObject({ contact: {}, consents: [] });
    });

    it('are normalised', async () => {
      const contact = {
        name: '  Zoe\u0308 ',
        email: ' Zoe.X+News@Example.TEST ',
        phone: '+44 (20) 7123-4567',
        language: 'zh-hans-cn',
      };
      await register('m1', { contact });

      expect((await contacts())[0]).toMatchObject({
        contact: { name: 'Zo\u00eb', email: 'zoe.x+news@example.test', phone: '+442071234567', language: 'zh-Hans-CN' },
      });
    });

    it('sent again change nothing; another contact replaces, and a withdrawn consent stays withdrawn', async () => {
      await register('m1', { contact: anna, consents: yes });
      expect((await register('m1', { contact: anna, consents: yes })).status).toBe(200);
      await put('/members/m1/consents', { consents: [{ channel: 'email', granted: false }] });
      await register('m1', { contact: { email: 'other@example.test' }, consents: yes });

      expect((await contacts()).map((one) => 'contact' in one && one.contact)).toEqual([
        anna,
        { email: 'other@example.test' },
      ]);
      expect((await consents()).map(([, , words]) => words)).toEqual([['+email'], ['-email']]);
    });
  });

  describe('of an import', () => {
    it('are taken for 1,000 at once, and sent again say nothing new', async () => {
      const members = Array.from({ length: 1_000 }, (_, n) => ({
        memberId: `m${n}`,
        ...(n % 10 > 0 && { contact: { email: `m${n}@example.test`, name: 'Ж'.repeat(200) }, consents: yes }),
      }));
      expect((await importing(members)).status).toBe(200);
      const first = await contacts();
      expect((await importing([...members].reverse())).status).toBe(200);

      expect(first).toHaveLength(900);
      expect(await contacts()).toHaveLength(900);
      expect(await consents()).toHaveLength(900);
    });

    it('go by item: a bad one is refused alone and not repeated, of equal ones the last contact stands', async () => {
      const answer = await importing([
        { memberId: 'a', contact: { email: 'no-address of mine' } },
        { memberId: 'b', contact: { email: 'one@example.test' }, consents: yes },
        { memberId: 'b', contact: { email: 'two@example.test' }, consents: [{ channel: 'email', granted: false }] },
        { memberId: 'b' },
        { memberId: 'c', consents: [...yes, ...yes] },
      ]);

      expect(answer.body).toMatchObject({
        results: [
          { status: 'refused', issues: ['contact.email: must be an e-mail address'] },
          { status: 'created' },
          { status: 'known' },
          { status: 'known' },
          { status: 'refused', issues: ['consents: a channel may be there once'] },
        ],
      });
      expect(JSON.stringify(answer.body)).not.toContain('mine');
      expect(await contacts()).toMatchObject([{ memberId: 'b', contact: { email: 'two@example.test' } }]);
      expect(await consents()).toEqual([['b', 3, ['+email']]]);
    });
  });

  describe('PUT /members/:memberId/contact', () => {
    beforeEach(() => register('m1', { contact: anna }));

    it('replaces the whole of it, once', async () => {
      const answer = await put('/members/m1/contact', { email: 'a@example.test' });
      await put('/members/m1/contact', { email: 'A@example.test' });

      expect(answer).toMatchObject({
        status: 200,
        body: { memberId: 'm1', contact: { email: 'a@example.test' }, consents: [] },
      });
      expect((await contacts()).slice(1)).toEqual([
        { memberId: 'm1', sequence: 3, keyId: 'k1', contact: { email: 'a@example.test' } },
      ]);
    });

    it('may leave nothing known, of which those who hold it are told', async () => {
      expect((await put('/members/m1/contact', {})).body).toMatchObject({ contact: {} });
      expect((await contacts()).at(-1)).toMatchObject({ contact: {} });
    });

    it('tells every one of many changes at the same time, and what is told last stands', async () => {
      const emails = Array.from({ length: 16 }, (_, n) => `a${n}@example.test`);
      const answers = await Promise.all(emails.map((email) => put('/members/m1/contact', { email })));

      expect(answers.map(({ status }) => status)).toEqual(emails.map(() => 200));
      const told = await contacts();
      expect(told.map((one) => 'sequence' in one && one.sequence)).toEqual(told.map((_, n) => n + 2));
      expect(told).toHaveLength(17);
      const { body } = await service.http('GET', '/members/m1');
      expect(told.at(-1)).toMatchObject({ contact: (body as { contact: object }).contact });
    });

    it.each([
      ['nothing', undefined, ''],
      ['a list', [], ''],
      ['a field nobody knows', { mail: 'a@example.test' }, ''],
      ['null', { email: null }, 'email'],
      ['no address', { email: 'secret-word' }, 'email'],
      ['two addresses', { email: 'secret-word@example.test,b@example.test' }, 'email'],
      ['a line break in an address', { email: 'secret-word@example.test\nBcc: b@example.test' }, 'email'],
      ['an address without a domain', { email: 'secret-word@localhost' }, 'email'],
      ['a local part of 65', { email: `${'x'.repeat(65)}@example.test` }, 'email'],
      ['a local number', { phone: '020 secret-word' }, 'phone'],
      ['a name of 201', { name: 'x'.repeat(201) }, 'name'],
      ['an empty name', { name: '  ' }, 'name'],
      ['a name with a NUL', { name: 'secret-word\0' }, 'name'],
      ['a name with half a character', { name: 'secret-word\ud800' }, 'name'],
      ['no language', { language: 'secret-word!' }, 'language'],
    ])('refuses %s, without repeating it', async (_case, body, path) => {
      const answer = await put('/members/m1/contact', body);

      expect(answer).toMatchObject({ status: 400, body: { issues: [{ path }] } });
      expect(JSON.stringify(answer.body)).not.toContain('secret-word');
      expect(await contacts()).toHaveLength(1);
    });
  });

  describe('PUT /members/:memberId/consents', () => {
    beforeEach(() => register('m1', { consents: yes }));
    const say = (...list: readonly object[]) => put('/members/m1/consents', { consents: list });

    it('takes the last word on the channels named, and tells all', async () => {
      const answer = await say({ channel: 'sms', granted: true }, { channel: 'email', granted: false });
      await say({ channel: 'email', granted: false });

      expect(answer).toMatchObject({
        status: 200,
        body: {
          consents: [
            { channel: 'email', granted: false },
            { channel: 'sms', granted: true },
          ],
        },
      });
      expect(await consents()).toEqual([
        ['m1', 2, ['+email']],
        ['m1', 3, ['-email', '+sms']],
      ]);
    });

    it('goes by date where there is one', async () => {
      const at = (day: number) => `2026-01-0${day}T00:00:00+01:00`;
      await say({ channel: 'push', granted: false, changedAt: at(3) });
      await say({ channel: 'push', granted: true, changedAt: at(2) });
      await say({ channel: 'push', granted: true, changedAt: at(4) });

      expect((await consents()).map(([, , words]) => (words as string[]).at(-1))).toEqual(['+email', '-push', '+push']);
      expect((await service.http('GET', '/members/m1')).body).toMatchObject({
        consents: [{ channel: 'email' }, { channel: 'push', changedAt: '2026-01-03T23:00:00.000Z' }],
      });
    });

    it('keeps every word of many at the same time', async () => {
      const list = ['sms', 'push', 'sms', 'push'].map((channel, n) => ({ channel, granted: n % 2 === 0 }));
      expect((await Promise.all(list.map((one) => say(one)))).map(({ status }) => status)).toEqual(list.map(() => 200));

      const told = await consents();
      expect(told.map(([, sequence]) => sequence)).toEqual(told.map((_, n) => n + 2));
      expect(told.at(-1)?.[2]).toEqual(['+email', '-push', '+sms']);
    });

    it.each([
      ['nothing', undefined, ''],
      ['no list', { consents: { email: true } }, 'consents'],
      ['an empty list', { consents: [] }, 'consents'],
      ['an unknown channel', { consents: [{ channel: 'fax', granted: true }] }, 'consents[0].channel'],
      ['no word', { consents: [{ channel: 'email' }] }, 'consents[0].granted'],
      ['a word in a string', { consents: [{ channel: 'email', granted: 'true' }] }, 'consents[0].granted'],
      [
        'no date',
        { consents: [{ channel: 'email', granted: true, changedAt: '2026-02-30' }] },
        'consents[0].changedAt',
      ],
      ['a channel twice', { consents: [...yes, ...yes] }, 'consents'],
    ])('refuses %s', async (_case, body, path) => {
      expect(await put('/members/m1/consents', body)).toMatchObject({ status: 400, body: { issues: [{ path }] } });
      expect(await consents()).toHaveLength(1);
    });
  });

  it.each([
    ['PUT', '/members/nobody/contact', {}],
    ['PUT', '/members/nobody/consents', { consents: yes }],
    ['DELETE', '/members/nobody', undefined],
    ['DELETE', '/members/nobody?dryRun=true', undefined],
  ])('%s %s of one who is no member is 404, and leaves nothing behind', async (method, path, body) => {
    expect(await service.http(method, path, { body })).toMatchObject({ status: 404, body: { code: 'member-unknown' } });
    expect(await service.sql('SELECT FROM subjects')).toEqual([]);
  });

  it.each([
    ['PUT', '/members/a%20b/contact'],
    ['PUT', '/members/a%20b/consents'],
    ['DELETE', '/members/a%20b'],
    ['DELETE', '/members/m1?dryRun=maybe'],
    ['DELETE', '/members/m1?dryrun=true'],
  ])('%s %s is 400', async (method, path) => {
    const body = method === 'PUT' ? {} : undefined;
    expect((await service.http(method, path, { body })).status).toBe(400);
  });
});
