import { aContactKey, publishedContacts } from './fixtures/contact-keys.js';
import { OwnProcess } from './fixtures/own-process.js';

const [first, second] = [aContactKey('k1'), aContactKey('k2')];
const contact = { name: 'Philomena', email: 'philomena@example.test', phone: '+442079460123', language: 'cy-GB' };
const PERSONAL = /philomena|example\.test|79460123|cy-GB/i;
const consents = [{ channel: 'email', granted: true }];

describe('personal data', () => {
  let service: OwnProcess;

  beforeEach(async () => {
    service = await OwnProcess.create();
  });
  afterEach(() => service.close());

  it('are in no outbox row, no log line and no dead letter, whatever goes well or wrong', async () => {
    await service.start([first]);
    const put = (body: unknown) => service.http('PUT', '/members/m1/contact', { body });
    await service.http('POST', '/members', { body: { memberId: 'm1', contact, consents } });
    await service.http('POST', '/members/import', {
      body: { members: [{ memberId: 'm2', contact }, { memberId: contact }] },
    });
    const raw = (body: string) => service.http('PUT', '/members/m1/contact', { raw: body });
    const wrong = [
      await put({ ...contact, fax: 'x' }),
      await put({ email: 'philomena' }),
      await raw('{"name":philomena'),
      await raw('philomena'),
    ];
    await service.http('GET', '/members/m1');
    await service.sql(`ALTER TABLE member_contacts ADD CHECK (name <> 'Philomena II')`);
    const broken = await put({ name: 'Philomena II' });
    await service.http('DELETE', '/members/m2');

    expect([...wrong, broken].map(({ status }) => status)).toEqual([400, 400, 400, 400, 500]);
    for (const { text } of [...wrong, broken]) expect(text).not.toMatch(PERSONAL);
    const lines = service.lines.join('');
    expect(lines).toContain('"level":"error"');
    expect(lines).not.toMatch(PERSONAL);
    expect(lines).not.toContain(first.key);

    const outbox = await service.sql<{ key: string; headers: object; value: Buffer | null }>('SELECT * FROM outbox');
    expect(outbox.length).toBeGreaterThan(4);
    for (const { key, headers, value } of outbox) {
      expect(`${key} ${JSON.stringify(headers)} ${value?.toString('latin1')}`).not.toMatch(PERSONAL);
    }
    expect(await service.sql('SELECT FROM dead_letters')).toEqual([]);
  });

  it('are not shown to tokens that merely read, nor changed by them', async () => {
    await service.start([first]);
    await service.http('POST', '/members', { body: { memberId: 'm1', contact, consents } });

    const read = await service.http('GET', '/members/m1', { token: 'reader' });
    expect(read.status).toBe(200);
    expect(Object.keys(JSON.parse(read.text)).sort()).toEqual([
      'consents',
      'erasedAt',
      'memberId',
      'registeredAt',
      'tier',
    ]);
    expect(read.text).not.toMatch(PERSONAL);
    expect(read.headers.get('cache-control')).toBe('no-store');
    expect((await service.http('GET', '/members')).text).not.toMatch(PERSONAL);

    for (const [method, path, body] of [
      ['PUT', '/members/m1/contact', {}],
      ['PUT', '/members/m1/consents', { consents }],
      ['DELETE', '/members/m1', undefined],
      ['DELETE', '/members/m1?dryRun=true', undefined],
    ] as const) {
      expect((await service.http(method, path, { body, token: 'reader' })).status).toBe(403);
      expect((await service.http(method, path, { body, token: null })).status).toBe(401);
    }
  });

  it('are published anew under a key that comes first, and not again', async () => {
    const published = () => publishedContacts(service, [first, second]);
    await service.start([first]);
    const members = Array.from({ length: 700 }, (_, n) => ({ memberId: `m${n}`, contact }));
    await service.http('POST', '/members/import', { body: { members } });
    await service.http('DELETE', '/members/m3');

    await service.start([second, first]);
    await until(async () => (await published()).length === 700 + 1 + 699);
    await service.start([second, first]);
    await service.http('PUT', '/members/m0/contact', { body: contact });

    const told = await published();
    expect(told).toHaveLength(1_400);
    expect(told.slice(701).every((one) => 'keyId' in one && one.keyId === 'k2')).toBe(true);
    expect(told.at(-1)).toMatchObject({ sequence: 3, contact });
  });

  it('wait here while there are no keys, and are published as soon as there are', async () => {
    await service.start(undefined);
    const registered = await service.http('POST', '/members', { body: { memberId: 'm1', contact, consents } });
    expect(registered.status).toBe(201);
    expect(await service.published('member.contact-changed')).toEqual([]);
    expect(await service.published('consent.changed')).toHaveLength(1);
    expect(service.lines.join('')).toContain('no contact keys');

    await service.start([first]);
    await until(async () => (await service.published('member.contact-changed')).length === 1);
    expect(await publishedContacts(service, [first])).toMatchObject([{ memberId: 'm1', sequence: 3, contact }]);
  });

  it('keep a membership with unusable keys from starting, without showing them', async () => {
    const start = service.start([{ id: 'k1', key: 'too-short' }]);

    await expect(start).rejects.toThrow('contactKeys.0.key: expected 32 random bytes in base64');
    await expect(start).rejects.not.toThrow('too-short');
  });
});

async function until(check: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + 10_000;
  while (!(await check())) {
    if (performance.now() > end) throw new Error('did not come to pass within 10 s');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
