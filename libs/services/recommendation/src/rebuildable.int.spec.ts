import { testService } from '@tessera/testing';
import { recommendation as definition } from './index.js';
import { rebuildable } from './rebuildable.js';

describe('a rebuild of recommendation', () => {
  const service = testService(definition);

  it('accounts for every table there is', async () => {
    expect(await service.http('GET', '/admin/rebuild')).toMatchObject({
      status: 200,
      body: { service: 'recommendation' },
    });

    await service.sql('CREATE TABLE forgotten (id int)');
    try {
      expect(await service.http('GET', '/admin/rebuild')).toMatchObject({ status: 500 });
      expect((await service.http('POST', '/admin/rebuild', { body: { confirm: true } })).status).toBe(500);
    } finally {
      await service.sql('DROP TABLE forgotten');
    }
  });

  it('knows its tables by their names', async () => {
    for (const table of [...rebuildable.empties, ...rebuildable.keeps])
      await service.sql(`SELECT FROM ${table} LIMIT 1`);
  });
});
