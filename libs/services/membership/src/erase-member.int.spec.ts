import { aProgramPublished, aPurchaseCreated, testService } from '@tessera/testing';
import { aContactKey, publishedContacts } from './fixtures/contact-keys.js';
import { membership } from './index.js';

const keys = [aContactKey('k1')];
const contact = { name: 'Anna', email: 'anna@example.test' };
const consents = [
  { channel: 'email', granted: true },
  { channel: 'sms', granted: false },
];

describe('erasing a member', () => {
  const service = testService(membership, {
    prepare: async (it) => {
      await it.http('POST', '/programs', { body: aProgramPublished().data });
      await it.http('POST', '/members', { body: { memberId: 'm1', contact, consents } });
    },
    settings: () => ({ contactKeys: keys }),
  });
  const erase = (query = '') => service.http('DELETE', `/members/m1${query}`);
  const show = async () => (await service.http('GET', '/members/m1')).body as Record<string, unknown>;
  const erasures = async () => (await service.published('member.erased')).map(({ data }) => data);

  it('takes contact and consent away, here and on the log, and says so once', async () => {
    const answer = await erase();
    const again = await erase('?dryRun=false');

    const { erasedAt } = answer.body as { erasedAt: string };
    expect(answer).toMatchObject({
      status: 200,
      body: { memberId: 'm1', dryRun: false, erases: ['name', 'email'], withdraws: ['email'] },
    });
    expect(again).toMatchObject({ status: 200, body: { erasedAt, erases: [], withdraws: [] } });
    expect((await publishedContacts(service, keys)).slice(1)).toEqual([{ erased: 'm1' }]);
    expect((await service.published('consent.changed')).at(-1)?.data).toMatchObject({
      sequence: 4,
      consents: [
        { channel: 'email', granted: false, changedAt: erasedAt },
        { channel: 'sms', granted: false },
      ],
    });
    expect(await erasures()).toMatchObject([{ memberId: 'm1', sequence: 5, erasedAt }]);
    expect(await show()).toMatchObject({ erasedAt, contact: {}, consents: [{ granted: false }, { granted: false }] });
    expect(await service.sql('SELECT FROM member_contacts')).toEqual([]);
  });

  it('only tells on a dry run', async () => {
    expect(await erase('?dryRun=true')).toMatchObject({
      status: 200,
      body: { dryRun: true, erasedAt: null, erases: ['name', 'email'], withdraws: ['email'] },
    });
    expect(await show()).toMatchObject({ erasedAt: null, contact });
    expect(await erasures()).toEqual([]);
  });

  it('of whom nothing is known tells of the erasure alone', async () => {
    await service.http('POST', '/members', { body: { memberId: 'm2' } });
    await service.http('DELETE', '/members/m2');

    expect(await erasures()).toMatchObject([{ memberId: 'm2', sequence: 2 }]);
    expect((await service.published('member.contact-changed')).map(({ key }) => key)).toEqual(['m1']);
    expect((await service.published('consent.changed')).map(({ key }) => key)).toEqual(['m1']);
  });

  it('leaves what was bought, and the tier, under the number; what is bought later counts on', async () => {
    const purchasedAt = new Date(Date.now() - 60_000).toISOString();
    await service.deliver(aPurchaseCreated({ totalMinor: 500_00, purchasedAt }));
    await erase();
    expect(await show()).toMatchObject({ tier: 'silver' });

    await service.deliver(aPurchaseCreated({ totalMinor: 1_500_00, purchasedAt }));
    expect(await show()).toMatchObject({ tier: 'gold' });
    expect((await service.http('GET', '/summary')).body).toMatchObject({ members: 1, tiers: { gold: 1 } });
  });

  it('is for good: nothing personal is taken of that number any more', async () => {
    await erase();
    const refused = { status: 409, body: { code: 'member-erased' } };

    expect(await service.http('POST', '/members', { body: { memberId: 'm1', contact } })).toMatchObject(refused);
    expect(await service.http('POST', '/members', { body: { memberId: 'm1' } })).toMatchObject(refused);
    expect(await service.http('PUT', '/members/m1/contact', { body: contact })).toMatchObject(refused);
    expect(await service.http('PUT', '/members/m1/consents', { body: { consents } })).toMatchObject(refused);
    expect(
      await service.http('POST', '/members/import', {
        body: { members: [{ memberId: 'm1', contact }, { memberId: 'm2' }] },
      }),
    ).toMatchObject({
      status: 200,
      body: {
        results: [
          { status: 'refused', memberId: 'm1', issues: [expect.stringContaining('erased')] },
          { status: 'created' },
        ],
      },
    });
    expect(await service.sql('SELECT FROM member_contacts')).toEqual([]);
  });

  it('wins over changes at the same time, whoever comes first', async () => {
    const changing = (n: number) =>
      service.http('PUT', '/members/m1/contact', { body: { email: `a${n}@example.test` } });
    const answers = await Promise.all([changing(1), changing(2), erase(), erase(), changing(3), changing(4)]);

    for (const { status } of answers) expect([200, 409]).toContain(status);
    expect((await publishedContacts(service, keys)).at(-1)).toEqual({ erased: 'm1' });
    expect(await erasures()).toHaveLength(1);
    expect(await show()).toMatchObject({ contact: {} });
  });
});
