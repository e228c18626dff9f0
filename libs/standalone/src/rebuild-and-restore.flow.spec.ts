import { setTimeout as sleep } from 'node:timers/promises';
import { topicSpecs } from '@tessera/contracts';
import { EmbeddedLog, type Log } from '@tessera/platform-bus';
import { type ScratchDatabase, scratchDatabase } from '@tessera/platform-testing';
import { FLOW_LOGS } from './flow-logs.features.js';
import { someFacts, third, upTo } from './upkeep-facts.features.js';
import { type Facts, PARTITIONS, UpkeepShop, type UpkeepService } from './upkeep-shop.features.js';

describe.each(FLOW_LOGS)('rebuild and restore, on $name', ({ isThere, open }) => {
  const scene = isThere ? it : it.skip;
  const databases: ScratchDatabase[] = [];
  let log: Log | undefined;
  let shop: UpkeepShop;
  let facts: Facts;
  let seed = 0;

  beforeEach(async () => {
    if (!isThere) return;
    log = await open(database);
    shop = await UpkeepShop.open(log);
    facts = someFacts((seed += 1));
    await shop.register(facts.members);
    await pour(0);
    await shop.untilIdle();
  }, 180_000);
  afterEach(async () => {
    await shop?.close();
    await log?.close();
    for (const database of databases.splice(0)) await database.drop();
  }, 300_000);

  const database = async (): Promise<string> => {
    const scratch = await scratchDatabase();
    databases.push(scratch);
    return scratch.url;
  };
  const pour = async (part: number): Promise<void> => {
    const { purchases, refunds } = third(facts, part);
    await shop.append(purchases, refunds);
  };
  const stays = () =>
    shop.sql('segmentation', 'SELECT * FROM segment_members ORDER BY segment_id, member_id, entered_at');
  const upkeepOf = async (service: UpkeepService) =>
    (await shop.ask(service, 'GET', '/admin/upkeep')).body as unknown as {
      underWay: string | null;
      last: { kind: string; step: string; announced: number; unreadable: number } | null;
      toAnnounce: number;
    };
  const untilDone = async (service: UpkeepService): Promise<void> => {
    for (let turn = 0; turn < 1_200; turn += 1) {
      if ((await upkeepOf(service)).underWay === null) return;
      await sleep(50);
    }
    throw new Error('the upkeep did not end');
  };
  /** Stops a service, sets its database back to the backup, starts it. */
  const setBack = async (service: UpkeepService, backup: ScratchDatabase): Promise<void> => {
    await shop.stop(service);
    await shop.restoreFrom(service, backup);
    await shop.start(service);
  };

  scene(
    'a rebuild leaves the same stays, and nobody acts on what it says',
    async () => {
      const before = await stays();
      const sent = shop.mails.length;
      expect(sent).toBeGreaterThan(0);
      expect((await shop.ask('segmentation', 'GET', '/admin/rebuild')).body).toMatchObject({ service: 'segmentation' });

      const begun = await shop.ask('segmentation', 'POST', '/admin/rebuild', { confirm: true });
      expect(begun).toMatchObject({ status: 202, body: { underWay: 'rebuilding' } });
      expect(await shop.ask('segmentation', 'GET', '/summary')).toMatchObject({
        status: 503,
        body: { code: 'rebuilding' },
      });
      await untilDone('segmentation');
      await shop.expectOracle(upTo(facts, 0));

      expect(await stays()).toEqual(before);
      expect(shop.mails).toHaveLength(sent);
      expect(await upkeepOf('segmentation')).toMatchObject({
        last: { kind: 'rebuilding', step: 'done', announced: facts.members.length },
        toAnnounce: facts.members.length,
      });
      const rebuilt = (await shop.published('segment.changed'))
        .map(({ value }) => JSON.parse(value?.toString() ?? '{}') as { memberId: string; cause?: string })
        .filter(({ cause }) => cause === 'rebuilt');
      expect(rebuilt.map(({ memberId }) => memberId).sort()).toEqual([...facts.members].sort());
    },
    600_000,
  );

  scene(
    'a rebuild mends what was wrong while events keep arriving, and is taken up again wherever it is cut off',
    async () => {
      await shop.sql('segmentation', `DELETE FROM purchases WHERE purchase_id LIKE '%1'`);
      await shop.sql('segmentation', `DELETE FROM segment_members WHERE member_id LIKE '%2'`);
      const inside = await shop.sql<{ member_id: string }>(
        'campaign',
        `SELECT member_id FROM stays WHERE segment = 'big-180'`,
      );
      await shop.ask('segmentation', 'POST', '/admin/rebuild', { confirm: true });
      for (let cut = 0; cut < 8; cut += 1) {
        await pour(1);
        await sleep(150 + cut * 250);
        await shop.cutOff('segmentation').catch(() => undefined);
        if (cut === 4) {
          await shop.stop('segmentation');
          await shop.start('segmentation');
        }
      }
      await pour(2);
      await shop.expectOracle(facts);

      shop.expectNoDoubles();
      expect(shop.mails.length).toBeGreaterThanOrEqual(inside.length);
      expect(await upkeepOf('segmentation')).toMatchObject({ underWay: null, last: { step: 'done' } });
      // Some of the facts are refused, each once: a replay does not bring their letters back.
      expect(
        await shop.sql(
          'segmentation',
          'SELECT topic, partition, "offset" FROM dead_letters GROUP BY 1, 2, 3 HAVING count(*) > 1',
        ),
      ).toEqual([]);
    },
    600_000,
  );

  scene(
    'services of record refuse a rebuild, and say what to do instead',
    async () => {
      for (const service of ['ledger', 'membership', 'campaign'] as const) {
        expect(await shop.ask(service, 'GET', '/admin/rebuild')).toMatchObject({
          status: 409,
          body: { code: 'not-rebuildable', detail: expect.stringContaining('restored from a backup') },
        });
        expect((await shop.ask(service, 'POST', '/admin/rebuild', { confirm: true })).status).toBe(409);
      }
      expect((await shop.ask('segmentation', 'POST', '/admin/rebuild', {})).status).toBe(400);
    },
    300_000,
  );

  scene.each(['ledger', 'membership', 'campaign', 'segmentation'] as const)(
    '%s, set back to a backup, catches up by itself, and all others hear of it',
    async (service) => {
      await shop.register(['gone']);
      await shop.untilIdle();
      const backup = await shop.backup(service);
      await pour(1);
      await shop.untilIdle();
      const sent = shop.mails.length;
      const [member = ''] = (
        await shop.sql<{ member_id: string }>('campaign', 'SELECT member_id FROM members WHERE points > 9')
      ).map(({ member_id }) => member_id);
      const redeemed = await shop.ask(
        'ledger',
        'POST',
        `/members/${member}/redemptions`,
        { points: 5 },
        { 'idempotency-key': 'r1' },
      );
      expect(redeemed.status).toBe(201);
      await shop.register(['late']);
      const [, leaving = ''] = facts.members;
      const consents = [{ channel: 'email', granted: false }];
      await shop.ask('membership', 'PUT', `/members/${leaving}/consents`, { consents });
      expect((await shop.ask('membership', 'DELETE', '/members/gone')).status).toBe(200);
      await shop.untilIdle();
      const [{ epoch: before } = { epoch: '0' }] = await shop.sql<{ epoch: string }>(
        service,
        'SELECT epoch FROM service_state',
      );

      await setBack(service, backup);
      await shop.expectOracle(upTo(facts, 1));

      expect(await upkeepOf(service)).toMatchObject({ last: { kind: 'restoring', step: 'done', unreadable: 0 } });
      const [{ epoch } = { epoch: '0' }] = await shop.sql<{ epoch: string }>(
        service,
        'SELECT epoch FROM service_state',
      );
      expect(Number(epoch)).toBeGreaterThan(Number(before));
      await shop.expectCopiesAlike();
      expect(shop.mails).toHaveLength(sent);
      expect((await shop.ask('membership', 'GET', '/members/late')).status).toBe(200);
      expect(
        await shop.sql('membership', `SELECT granted FROM member_consents WHERE member_id = '${leaving}'`),
      ).toEqual([{ granted: false }]);
      expect(
        await shop.sql('membership', `SELECT erased_at IS NULL AS is_there FROM members WHERE member_id = 'gone'`),
      ).toEqual([{ is_there: false }]);
      expect(await shop.sql('membership', `SELECT FROM member_contacts WHERE member_id = 'gone'`)).toEqual([]);

      await pour(2);
      await shop.expectOracle(facts);
      await shop.expectCopiesAlike();
      shop.expectNoDoubles();
    },
    600_000,
  );

  scene(
    'a restart alone is no restore',
    async () => {
      for (const service of ['ledger', 'membership', 'campaign', 'segmentation'] as const) {
        await shop.cutOff(service);
        await shop.stop(service);
        await shop.start(service);
      }
      await pour(1);
      await shop.expectOracle(upTo(facts, 1));
      for (const service of ['ledger', 'membership', 'campaign', 'segmentation'] as const) {
        expect(await upkeepOf(service)).toMatchObject({ underWay: null, last: null });
      }
    },
    600_000,
  );

  scene(
    'before a foreign log nothing is done, until an operator adopts it',
    async () => {
      const foreign = await EmbeddedLog.open({ databaseUrl: await database() });
      await foreign.ensureTopics(topicSpecs({ partitions: PARTITIONS }));
      const untouched = async (service: UpkeepService) =>
        shop.sql(
          service,
          'SELECT (SELECT count(*) FROM outbox) AS outbox, st.*, o.* FROM service_state st, consumer_offsets o ORDER BY o.topic, o.partition',
        );
      try {
        for (const service of ['membership', 'ledger', 'segmentation', 'campaign'] as const) {
          await shop.stop(service);
          await shop.sql(service, `INSERT INTO outbox (topic, key, headers) VALUES ('points.changed', 'x', '{}')`);
          const before = await untouched(service);
          await shop.start(service, foreign);
          await sleep(1_500);

          expect(await shop.isReady(service)).toBe(false);
          expect(await shop.ask(service, 'GET', '/summary')).toMatchObject({
            status: 503,
            body: { code: 'foreign-log' },
          });
          expect(await untouched(service)).toEqual(before);
          for (const { end } of await foreign.offsets(['points.changed'])) expect(end).toBe(0);
          await shop.stop(service);
          await shop.sql(service, 'DELETE FROM outbox');
          await shop.start(service);
        }
        await pour(1);
        await shop.expectOracle(upTo(facts, 1));
      } finally {
        await foreign.close();
      }
    },
    600_000,
  );
});
