import { rows } from '@tessera/platform-database';
import { type MessagingDatabase, messagingDatabase } from '../fixtures/messaging-database.js';
import { Lease } from './lease.js';

describe('the lease', () => {
  let database: MessagingDatabase;
  beforeAll(async () => {
    database = await messagingDatabase();
  });
  afterAll(() => database.close());

  it('that someone else has is asked for once a while, not at each wake-up', async () => {
    const [mine, other] = [new Lease(database.dataSource, 60_000), new Lease(database.dataSource, 60_000)];
    expect(await mine.lead()).not.toBeNull();
    expect(await other.lead()).toBeNull();
    await mine.release();

    // It was free again already; who asks at each wake-up would have it.
    expect(await other.lead()).toBeNull();
    await new Promise((resolve) => setTimeout(resolve, 1_050));
    expect(await other.lead()).not.toBeNull();
    expect(await rows(database.dataSource.manager, 'SELECT FROM relay_lease WHERE expires_at > now()')).toHaveLength(1);
  });

  it('is asked for at once by who has forgotten it', async () => {
    const [mine, other] = [new Lease(database.dataSource, 60_000), new Lease(database.dataSource, 60_000)];
    await rows(database.dataSource.manager, `UPDATE relay_lease SET expires_at = '-infinity'`);
    await mine.lead();
    await other.lead();
    await mine.release();

    other.forget();

    expect(await other.lead()).not.toBeNull();
  });
});
