import { rows } from '@tessera/platform-database';
import { ForeignLog } from '../errors.js';
import { type MessagingDatabase, messagingDatabase } from '../fixtures/messaging-database.js';
import { ServiceInUpkeep } from '../upkeep/errors.js';
import { PHASE_OF_TRANSACTION, type UpkeepPhase } from '../upkeep/phase.js';
import { movePosition, takePosition } from './position.js';

const place = { topic: 'a-topic', partition: 3 };

describe('taking a position', () => {
  let database: MessagingDatabase;

  beforeAll(async () => {
    database = await messagingDatabase();
  });
  afterAll(() => database.close());
  afterEach(() => rows(database.dataSource.manager, 'UPDATE service_state SET upkeep = NULL'));

  /** The position, and what the transaction that took it is marked with. */
  const taken = (phase: UpkeepPhase | null, cluster = 'ours') =>
    database.dataSource.transaction(async (tx) => {
      const next = await takePosition(tx, place, cluster, phase);
      const [marked] = await rows<{ phase: string | null }>(tx, `SELECT ${PHASE_OF_TRANSACTION} AS phase`);
      return { next, phase: marked?.phase };
    });

  it('begins at 0, and goes on where it was moved to', async () => {
    expect(await taken(null)).toEqual({ next: 0, phase: null });

    await database.dataSource.transaction((tx) => movePosition(tx, place, 0, 7));

    expect(await taken(null)).toEqual({ next: 7, phase: null });
  });

  it('marks the transaction with the part that it has in an upkeep, and shuts out who has none', async () => {
    await rows(database.dataSource.manager, "UPDATE service_state SET upkeep = 'rebuilding'");

    expect(await taken('replaying')).toMatchObject({ phase: 'replaying' });
    await expect(taken(null)).rejects.toThrow(ServiceInUpkeep);
  });

  it('refuses another log than the one that it was taken on', async () => {
    await taken(null);

    await expect(taken(null, 'another')).rejects.toThrow(ForeignLog);
  });
});
