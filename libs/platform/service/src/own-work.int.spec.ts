import { Injectable, Module } from '@nestjs/common';
import { segmentChanged } from '@tessera/contracts';
import { rows } from '@tessera/platform-database';
import { OWN_WORK, type OwnWork } from '@tessera/platform-messaging';
import { scratchDatabase } from '@tessera/platform-testing';
import { DataSource } from 'typeorm';
import { MadeUpService } from './made-up-service.features.js';

const { topic } = segmentChanged;

/** Has something to tell when it stops. */
@Injectable()
class LastDeed implements OwnWork {
  constructor(private readonly dataSource: DataSource) {}

  async stop(): Promise<void> {
    await rows(this.dataSource.manager, `INSERT INTO outbox (topic, key, headers) VALUES ($1, 'last deed', '{}')`, [
      topic,
    ]);
  }
}

@Module({ providers: [LastDeed, { provide: OWN_WORK, useExisting: LastDeed }] })
class DeedModule {}

describe("a service's own work", () => {
  let madeUp: MadeUpService;

  beforeAll(async () => {
    madeUp = await MadeUpService.start();
  });
  afterAll(() => madeUp.close());

  it('ends before publishing does: what it does last is on the log when the service is closed', async () => {
    const database = await scratchDatabase();
    const service = await madeUp.another({ databaseUrl: database.url }, { consumes: [], module: DeedModule });

    await service.close();

    const partitions = await Promise.all(
      [0, 1].map((partition) => madeUp.log.read({ topic, partition, offset: 0, limit: 10 })),
    );
    expect(partitions.flat().map(({ key }) => key)).toEqual(['last deed']);
    await database.drop();
  });
});
