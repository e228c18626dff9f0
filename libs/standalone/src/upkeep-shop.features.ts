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
import type { Log, LogRecord } from '@tessera/platform-bus';
import { type ScratchDatabase, scratchDatabase } from '@tessera/platform-testing';
import pg from 'pg';
import { type FlowAnswer, FlowServices } from './flow-services.features.js';
import { type KeptMail, KeptMails } from './kept-mails.features.js';
import { serviceDefinitions } from './service-definitions.js';

export const PARTITIONS = 3;

export type UpkeepService = 'membership' | 'ledger' | 'segmentation' | 'campaign';
const SERVICES: readonly UpkeepService[] = ['membership', 'ledger', 'segmentation', 'campaign'];

export type Facts = Readonly<{
  members: readonly string[];
  purchases: readonly PurchaseCreated[];
  refunds: readonly PurchaseRefunded[];
}>;

/** A deployment whose services can be stopped and started one by one, on databases that can be set back, with a mail server that remembers. */
export class UpkeepShop {
  private readonly databases = new Map<UpkeepService, ScratchDatabase>();
  private readonly scratch: ScratchDatabase[] = [];

  private constructor(
    readonly log: Log,
    private readonly mailServer: KeptMails,
    private readonly services: FlowServices,
  ) {}

  static async open(log: Log): Promise<UpkeepShop> {
    const mailServer = await KeptMails.open();
    const shop = new UpkeepShop(log, mailServer, new FlowServices(mailServer.url));
    await log.ensureTopics(topicSpecs({ partitions: PARTITIONS }));
    for (const service of SERVICES) {
      await shop.restoreFrom(service, await scratchDatabase());
      await shop.start(service);
    }
    await shop.sql('campaign', `UPDATE campaigns SET starts_at = '2000-01-01'`);
    await shop.ask('membership', 'POST', '/programs', defaultProgram('EUR'));
    return shop;
  }

  get mails(): readonly KeptMail[] {
    return this.mailServer.mails;
  }

  async close(): Promise<void> {
    await this.services.stopAll();
    await this.mailServer.close();
    for (const database of this.scratch) await database.drop();
  }

  async start(service: UpkeepService, log: Log = this.log): Promise<void> {
    const definition = serviceDefinitions.find(({ name }) => name === service);
    if (!definition) throw new Error(`there is no service ${service}`);
    await this.services.start(definition, { log, databaseUrl: this.urlOf(service), recordsMax: 50 });
  }

  async stop(service: UpkeepService): Promise<void> {
    await this.services.stop(service);
  }

  /** A copy of a service's database as it is now; the service is away for a moment. */
  async backup(service: UpkeepService): Promise<ScratchDatabase> {
    await this.stop(service);
    const template = new URL(this.urlOf(service)).pathname.slice(1);
    const copy = await scratchDatabase({ template });
    this.scratch.push(copy);
    await this.start(service);
    return copy;
  }

  /** Puts a stopped service on another database. */
  async restoreFrom(service: UpkeepService, database: ScratchDatabase): Promise<void> {
    this.databases.set(service, database);
    if (!this.scratch.includes(database)) this.scratch.push(database);
  }

  /** Ends all connections of a service to its database, wherever it is at that moment: nothing uncommitted survives. */
  async cutOff(service: UpkeepService): Promise<void> {
    await this.sql(
      service,
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
    );
  }

  async sql<Row extends pg.QueryResultRow>(service: UpkeepService, text: string): Promise<Row[]> {
    const client = new pg.Client({ connectionString: this.urlOf(service) });
    await client.connect();
    try {
      return (await client.query<Row>(text)).rows;
    } finally {
      await client.end();
    }
  }

  ask(
    service: UpkeepService,
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<FlowAnswer> {
    return this.services.ask(`/${service}/v1${path}`, { method, body, headers });
  }

  isReady(service: UpkeepService): Promise<boolean> {
    return this.services.isReady(service);
  }

  async register(members: readonly string[]): Promise<void> {
    for (const memberId of members) {
      const contact = { name: memberId, email: `${memberId}@example.test` };
      const consents = [{ channel: 'email', granted: true }];
      const { status } = await this.ask('membership', 'POST', '/members', { memberId, contact, consents });
      expect(status).toBe(201);
    }
  }

  async append(purchases: readonly PurchaseCreated[], refunds: readonly PurchaseRefunded[]): Promise<void> {
    await this.log.append([...recordsOf(purchaseCreated, purchases), ...recordsOf(purchaseRefunded, refunds)]);
  }

  untilIdle(): Promise<Date> {
    return this.services.untilIdle();
  }

  /** Holds points, tier and segments of every member against the naive oracle, which knows the bare facts alone. */
  async expectOracle(facts: Facts): Promise<void> {
    const asOf = await this.untilIdle();
    const found = new Map(
      await Promise.all(facts.members.map(async (member) => [member, await this.figuresOf(member)] as const)),
    );
    const expected = naiveTotals(facts, asOf).perMember;
    const afterwards = naiveTotals(facts, new Date()).perMember;
    for (const [member, figures] of found) {
      const wanted = expected.get(member);
      // A window may have moved on while we read.
      if (JSON.stringify(wanted) !== JSON.stringify(afterwards.get(member))) continue;
      const { points, tier, segments } = wanted ?? { points: 0, tier: '', segments: [] };
      expect({ member, ...figures }).toEqual({ member, points, tier, segments: [...segments].sort() });
    }
    expect((await this.ask('ledger', 'GET', '/books')).body).toMatchObject({ balanced: true });
  }

  private async figuresOf(member: string) {
    const [balance, tier, segments] = await Promise.all([
      this.ask('ledger', 'GET', `/members/${member}/balance`),
      this.ask('membership', 'GET', `/members/${member}/tier`),
      this.ask('segmentation', 'GET', `/members/${member}/segments`),
    ]);
    const { pending, active, held, spent, expired, arrears } = balance.body as Record<string, number>;
    const owned = [pending, active, held, spent, expired].reduce<number>((sum, points) => sum + (points ?? 0), 0);
    const inside = (segments.body['segments'] ?? []) as { segment: string }[];
    return {
      points: owned - (arrears ?? 0),
      tier: tier.body['tier'],
      segments: inside.map(({ segment }) => segment).sort(),
    };
  }

  /** What campaign shows of members must be what their owners say. */
  async expectCopiesAlike(): Promise<void> {
    await this.untilIdle();
    const copies = await this.sql<{ member_id: string; tier: string | null; points: string | null }>(
      'campaign',
      'SELECT member_id, tier, points FROM members WHERE erased_epoch IS NULL ORDER BY member_id',
    );
    for (const { member_id: member, tier, points } of copies) {
      const [balance, told] = await Promise.all([
        this.ask('ledger', 'GET', `/members/${member}/balance`),
        this.ask('membership', 'GET', `/members/${member}/tier`),
      ]);
      expect({ member, points: points === null ? 0 : Number(points) }).toEqual({
        member,
        points: balance.body['active'],
      });
      expect({ member, tier: tier ?? 'basic' }).toEqual({ member, tier: told.body['tier'] });
    }
  }

  async published(topic: string): Promise<readonly LogRecord[]> {
    const records: LogRecord[] = [];
    for (const { partition, earliest, end } of await this.log.offsets([topic])) {
      for (let offset = earliest; offset < end;) {
        const page = await this.log.read({ topic, partition, offset, limit: 1_000 });
        const last = page.at(-1);
        if (!last) break;
        records.push(...page);
        offset = last.offset + 1;
      }
    }
    return records;
  }

  /** Nobody has got a message twice. */
  expectNoDoubles(): void {
    expect(new Set(this.mails.map(({ to }) => to)).size).toBe(this.mails.length);
  }

  private urlOf(service: UpkeepService): string {
    const database = this.databases.get(service);
    if (!database) throw new Error(`${service} has no database`);
    return database.url;
  }
}

const recordsOf = <Data>(contract: EventContract<Data>, facts: readonly Data[]) =>
  facts.map((fact) => {
    const { key, value, headers } = encode(contract, fact, {
      id: randomUUID(),
      source: 'urn:test:till',
      time: new Date(),
    });
    return { topic: contract.topic, key, value: Buffer.from(value), headers };
  });
