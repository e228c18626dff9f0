import type { ProgramPublished } from '@tessera/contracts';
import { aProgramPublished, testService } from '@tessera/testing';
import { membership } from '../index.js';

describe('the program over HTTP', () => {
  const service = testService(membership, { prepare: async () => undefined });
  const first = aProgramPublished().data;
  const draft = (some: Partial<ProgramPublished> = {}): Partial<ProgramPublished> => {
    const { version: _, ...rest } = first;
    return { ...rest, ...some };
  };
  const publish = (body: unknown) => service.http('POST', '/programs', { body });
  const published = async (): Promise<unknown[]> =>
    (await service.published('program.published')).map(({ data }) => data);

  it('gives each version the next number, and tells of it', async () => {
    const { inForceFrom: _, ...withoutDate } = draft();
    const second = draft({ inForceFrom: '2026-03-01T01:00:00+01:00', rate: 150 });

    expect(await publish(withoutDate)).toMatchObject({ status: 201, body: { version: 1, inForceFrom: null } });
    expect(await publish(second)).toMatchObject({
      status: 201,
      body: { version: 2, rate: 150, inForceFrom: '2026-03-01T00:00:00.000Z' },
    });

    expect(await published()).toMatchObject([first, { version: 2 }]);
    expect(await service.sql('SELECT count(*)::int AS n FROM programs')).toEqual([{ n: 2 }]);
  });

  it('sent again with its number, is answered as it stands', async () => {
    expect((await publish(first)).status).toBe(201);
    const { tiers, ...rest } = first;
    expect(await publish({ tiers, ...rest })).toMatchObject({ status: 200, body: first });
    expect(await published()).toHaveLength(1);
  });

  it('has one next version, were it published by many at once', async () => {
    await publish(first);
    const second = { ...first, version: 2, inForceFrom: '2026-03-01T00:00:00.000Z' };
    const answers = await Promise.all([1, 2, 3, 4].map((rate) => publish({ ...second, rate })));

    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409]);
    expect(await published()).toHaveLength(2);
  });

  it.each<[string, number, string, object]>([
    ['a number already taken by another content', 409, 'program-version-taken', { ...first, rate: 7 }],
    [
      'a number that is not the next',
      409,
      'program-version-taken',
      { ...draft({ inForceFrom: '2027-01-01T00:00:00Z' }), version: 9 },
    ],
    [
      'another currency',
      409,
      'program-currency-fixed',
      draft({ currency: 'JPY', inForceFrom: '2027-01-01T00:00:00Z' }),
    ],
    [
      'a date before that of the last version',
      422,
      'program-out-of-order',
      draft({ inForceFrom: '2026-04-30T23:59:59.999Z' }),
    ],
    ['a later version without a date', 422, 'program-invalid', draft()],
    ['no tiers', 400, 'request-invalid', draft({ tiers: [] })],
    [
      'tiers that do not ascend',
      422,
      'program-invalid',
      draft({ inForceFrom: '2027-01-01T00:00:00Z', tiers: [...first.tiers].reverse() }),
    ],
    [
      'a time zone that does not exist',
      422,
      'program-invalid',
      draft({ inForceFrom: '2027-01-01T00:00:00Z', timeZone: 'Mars/Olympus' }),
    ],
    ['a currency that does not exist', 400, 'request-invalid', draft({ currency: 'EURO' })],
    ['a rate that is no whole number', 400, 'request-invalid', draft({ rate: 1.5 })],
    ['a version below 1', 400, 'request-invalid', { ...first, version: 0 }],
    ['a field that nobody knows', 400, 'request-invalid', { ...draft(), colour: 'red' }],
  ])('refuses %s', async (_case, status, code, body) => {
    await publish(first);
    await publish(draft({ inForceFrom: '2026-05-01T00:00:00.000Z' }));

    expect(await publish(body)).toMatchObject({ status, body: { code } });
    expect(await published()).toHaveLength(2);
  });

  it.each([undefined, '[]', '{', 'null', '"x"'])('refuses the body %s', async (body) => {
    expect((await service.http('POST', '/programs', { body })).status).toBe(400);
  });

  it('is 404 until there is one, then the one in force now; versions dated ahead are listed only', async () => {
    expect(await service.http('GET', '/programs/current')).toMatchObject({
      status: 404,
      body: { code: 'program-unknown' },
    });
    expect((await service.http('GET', '/programs')).body).toEqual({ items: [], nextCursor: null });

    await publish(first);
    await publish(draft({ inForceFrom: '2000-01-01T00:00:00.000Z' }));
    await publish(draft({ inForceFrom: '2999-01-01T00:00:00.000Z' }));

    expect((await service.http('GET', '/programs/current')).body).toMatchObject({ version: 2 });
    const page = (await service.http('GET', '/programs?limit=2')).body as {
      items: ProgramPublished[];
      nextCursor: string;
    };
    const next = (await service.http('GET', `/programs?limit=2&cursor=${page.nextCursor}`)).body as typeof page;
    expect([...page.items, ...next.items].map(({ version }) => version)).toEqual([1, 2, 3]);
    expect(next.nextCursor).toBeNull();
    expect((await service.http('GET', '/programs?cursor=IngI')).status).toBe(400);
  });
});
