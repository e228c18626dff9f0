import { randomUUID } from 'node:crypto';
import {
  defaultProgram,
  encode,
  type EventContract,
  type PurchaseCreated,
  purchaseCreated,
  type PurchaseRefunded,
  purchaseRefunded,
  topicSpecs,
} from '@tessera/contracts';
import { naiveTotals } from '@tessera/demo';
import { EmbeddedLog, type NewRecord } from '@tessera/platform-bus';
import { type FlowAnswer, FlowServices } from './flow-services.features.js';
import { serviceDefinitions } from './service-definitions.js';
import { shuffledFacts } from './shuffled-facts.features.js';

const SEEDS = Number(process.env['TESSERA_SHUFFLE_SEEDS'] ?? 5);
const FIRST_SEED = Number(process.env['TESSERA_SHUFFLE_FIRST'] ?? 1);
const CHUNK = 250;
/** Those whose figures the oracle knows; nobody else need work meanwhile. */
const JUDGED: ReadonlySet<string> = new Set(['membership', 'ledger', 'segmentation']);

type Played = Readonly<{ spent: Map<string, Readonly<{ memberId: string; points: number }>>; erased: Set<string> }>;

type Action = Readonly<
  | { kind: 'append'; record: NewRecord }
  | { kind: 'register'; memberId: string }
  | { kind: 'erase'; memberId: string }
  | { kind: 'redeem'; memberId: string; points: number; key: string }
>;

/**
 * Purchases and refunds in random order across topics, each twice and under different ids, registrations anywhere and last,
 * spends and erasures in between: what comes out must be what a naive oracle derives from the bare facts.
 */
describe('facts in any order', () => {
  const services = new FlowServices();
  let log: EmbeddedLog;

  beforeAll(async () => {
    log = await EmbeddedLog.open({ databaseUrl: await services.database('log') });
    await log.ensureTopics(topicSpecs({ partitions: 4 }));
    await services.startAll(
      serviceDefinitions.filter(({ name }) => JUDGED.has(name)),
      { log, recordsMax: 100 },
    );
    await ask('membership', 'POST', '/programs', defaultProgram('EUR'));
  }, 120_000);
  afterAll(async () => {
    await services.stopAll();
    await log?.close();
    await services.dropDatabases();
  });

  const ask = (
    service: string,
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<FlowAnswer<Record<string, never>>> => services.ask(`/${service}/v1${path}`, { method, body, headers });

  /** What was really done: points spent, by key, and who was erased. */
  const play = async (actions: readonly Action[]): Promise<Played> => {
    const spent: Played['spent'] = new Map();
    const erased: Played['erased'] = new Set();
    for (let at = 0; at < actions.length; at += CHUNK) {
      const chunk = actions.slice(at, at + CHUNK);
      const records = chunk.flatMap((action) => (action.kind === 'append' ? [action.record] : []));
      await Promise.all([
        log.append(records),
        ...chunk.map(async (action) => {
          if (action.kind === 'register') {
            const { status } = await ask('membership', 'POST', '/members', { memberId: action.memberId });
            expect([200, 201]).toContain(status);
          } else if (action.kind === 'erase') {
            const { status } = await ask('membership', 'DELETE', `/members/${action.memberId}`);
            expect([200, 404]).toContain(status);
            if (status === 200) erased.add(action.memberId);
          } else if (action.kind === 'redeem') {
            const { memberId, points, key } = action;
            const answer = await ask(
              'ledger',
              'POST',
              `/members/${memberId}/redemptions`,
              { points },
              { 'idempotency-key': key },
            );
            expect([201, 404, 409, 410]).toContain(answer.status);
            if (answer.status === 201) spent.set(key, { memberId, points });
          }
        }),
      ]);
    }
    return { spent, erased };
  };

  /** Points posted and not taken back, of everybody. */
  const pointsInBooks = async (): Promise<number> => {
    const { pending, active, held, spent, expired, arrears } = (await ask('ledger', 'GET', '/summary')).body[
      'points'
    ] as unknown as Record<string, number>;
    return (
      [pending, active, held, spent, expired].reduce<number>((sum, points) => sum + (points ?? 0), 0) - (arrears ?? 0)
    );
  };

  const seeds = Array.from({ length: SEEDS }, (_, index) => FIRST_SEED + index);

  it.each(seeds)(
    'end where a naive oracle ends, seed %i',
    async (seed) => {
      const { members, purchases, refunds, pick } = shuffledFacts(seed, new Date());
      const appends = [...twice(purchaseCreated, purchases), ...twice(purchaseRefunded, refunds)];
      const late = new Set(members.filter(() => pick.below(5) === 0));
      const register = (memberId: string): Action => ({ kind: 'register', memberId });
      const leaving = members.filter(() => pick.below(8) === 0);
      const spends = Array.from({ length: 150 }, (_, index): Action => {
        return { kind: 'redeem', memberId: pick.of(members), points: 1 + pick.below(300), key: `${seed}-${index}` };
      });
      const pointsBefore = await pointsInBooks();
      const { spent, erased } = await play([
        ...pick.shuffled([
          ...appends.map((record): Action => ({ kind: 'append', record })),
          ...members.filter((member) => !late.has(member)).map(register),
          ...spends,
          ...spends.slice(0, 50),
          ...leaving.map((memberId): Action => ({ kind: 'erase', memberId })),
        ]),
        ...pick.shuffled([...late].map(register)),
      ]);

      const asOf = await services.untilIdle();
      const read = new Map(
        await Promise.all(
          members.map(async (member) => {
            const [balance, tier, segments] = await Promise.all([
              ask('ledger', 'GET', `/members/${member}/balance`),
              ask('membership', 'GET', `/members/${member}/tier`),
              ask('segmentation', 'GET', `/members/${member}/segments`),
            ]);
            for (const { status } of [balance, tier, segments]) expect([200, 410]).toContain(status);
            return [member, { balance: balance.body, tier: tier.body, segments: segments.body }] as const;
          }),
        ),
      );

      const facts = { members, erased, purchases, refunds };
      const totals = naiveTotals(facts, asOf);
      const [expected, afterwards] = [totals.perMember, naiveTotals(facts, new Date()).perMember];
      let spentPoints = 0;
      for (const [member, { balance, tier, segments }] of read) {
        if (erased.has(member)) {
          expect([member, balance['code'], segments['code']]).toEqual([member, 'member-erased', 'member-erased']);
          expect([member, tier['tier']]).toEqual([member, expected.get(member)?.tier]);
          continue;
        }
        // Time may move a window while we read; then, and only then, either side of that instant would be right.
        if (JSON.stringify(expected.get(member)) !== JSON.stringify(afterwards.get(member))) continue;
        const { pending, active, held, spent: used, expired, arrears } = balance as unknown as Record<string, number>;
        const owned = [pending, active, held, used, expired].reduce<number>((sum, points) => sum + (points ?? 0), 0);
        spentPoints += used ?? 0;
        expect({
          member,
          points: owned - (arrears ?? 0),
          tier: tier['tier'],
          segments: (segments['segments'] as unknown as { segment: string }[]).map(({ segment }) => segment).sort(),
        }).toEqual({
          member,
          points: expected.get(member)?.points,
          tier: expected.get(member)?.tier,
          segments: [...(expected.get(member)?.segments ?? [])].sort(),
        });
        expect(Math.min(active ?? 0, arrears ?? 0)).toBe(0);
      }
      const spentBy = (isErased: boolean): number =>
        [...spent.values()]
          .filter(({ memberId }) => erased.has(memberId) === isErased)
          .reduce((sum, { points }) => sum + points, 0);
      expect(spentPoints).toBe(spentBy(false));
      expect(spent.size).toBeGreaterThan(0);
      expect(erased.size).toBeGreaterThan(0);
      // Of the erased the books hold what they spent, and nothing that they could.
      const inBooks = (await pointsInBooks()) - pointsBefore;
      const timeMovedNothing = JSON.stringify([...expected]) === JSON.stringify([...afterwards]);
      if (timeMovedNothing) expect(inBooks).toBe(totals.points + spentBy(true));
      expect((await ask('ledger', 'GET', '/books')).body).toMatchObject({ balanced: true });
    },
    120_000,
  );
});

/** Each fact twice: as our own clients write it, and bare, as a checkout that knows nothing of CloudEvents would. */
function* twice<Data extends PurchaseCreated | PurchaseRefunded>(
  contract: EventContract<Data>,
  facts: readonly Data[],
): Generator<NewRecord> {
  for (const fact of facts) {
    const { key, value, headers } = encode(contract, fact, {
      id: randomUUID(),
      source: 'urn:test:till',
      time: new Date(),
    });
    yield { topic: contract.topic, key, value: Buffer.from(value), headers };
    const bare = JSON.stringify({ unknownToUs: true, ...fact });
    yield { topic: contract.topic, key, value: Buffer.from(bare), headers: {} };
  }
}
