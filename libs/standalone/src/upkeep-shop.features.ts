import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
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
import { tokenFrom } from '@tessera/platform-auth';
import type { Log, LogRecord } from '@tessera/platform-bus';
import { createLogger, type RunningService, startService } from '@tessera/platform-service';
import { type ScratchDatabase, scratchDatabase } from '@tessera/platform-testing';
import pg from 'pg';
import { simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import { serviceDefinitions } from './service-definitions.js';

const TOKEN = 'upkeep';
export const PARTITIONS = 3;

export type UpkeepService = 'membership' | 'ledger' | 'segmentation' | 'campaign';
const SERVICES: readonly UpkeepService[] = ['membership', 'ledger', 'segmentation', 'campaign'];

export type Facts = Readonly<{
  members: readonly string[];
  purchases: readonly PurchaseCreated[];
  refunds: readonly PurchaseRefunded[];
}>;

export type Answer = Readonly<{ status: number; body: Record<string, unknown> }>;

/** A deployment whose services can be stopped and started one by one, on databases that can be set back, with a mail server that remembers. */
export class UpkeepShop {
  readonly mails: { to: string; messageId: string }[] = [];
  private readonly running = new Map<UpkeepService, RunningService>();
  private readonly databases = new Map<UpkeepService, ScratchDatabase>();
  private readonly scratch: ScratchDatabase[] = [];
  private readonly contactKeys = [{ id: 'k1', key: randomBytes(32).toString('base64') }];
  private smtp: SMTPServer | null = null;
  private smtpPort = 0;

  private constructor(readonly log: Log) {}

  static async open(log: Log): Promise<UpkeepShop> {
    const shop = new UpkeepShop(log);
    await shop.listen();
    await log.ensureTopics(topicSpecs({ partitions: PARTITIONS }));
    for (const service of SERVICES) {
      await shop.restoreFrom(service, await scratchDatabase());
      await shop.start(service);
    }
    await shop.sql('campaign', `UPDATE campaigns SET starts_at = '2000-01-01'`);
    await shop.ask('membership', 'POST', '/programs', defaultProgram('EUR'));
    return shop;
  }

  async close(): Promise<void> {
    for (const service of SERVICES) await this.stop(service);
    await new Promise<void>((resolve) => (this.smtp ? this.smtp.close(() => resolve()) : resolve()));
    for (const database of this.scratch) await database.drop();
  }

  async start(service: UpkeepService, log: Log = this.log): Promise<void> {
    const definition = serviceDefinitions.find(({ name }) => name === service);
    if (!definition) throw new Error(`there is no service ${service}`);
    const running = await startService(definition, {
      log,
      databaseUrl: this.urlOf(service),
      tokens: [tokenFrom(TOKEN, { name: 'test', scopes: ['collect', 'read', 'write', 'admin'] })],
      logger: createLogger({ level: 'silent' }),
      listen: { host: '127.0.0.1', port: 0 },
      migrate: true,
      recordsMax: 50,
      settings: {
        smtpUrl: `smtp://127.0.0.1:${this.smtpPort}?ignoreTLS=true`,
        from: 'The Shop <hello@shop.example>',
        contactKeys: this.contactKeys,
      },
    });
    this.running.set(service, running);
  }

  async stop(service: UpkeepService): Promise<void> {
    await this.running.get(service)?.close();
    this.running.delete(service);
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

  async ask(
    service: UpkeepService,
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const response = await fetch(`${this.running.get(service)?.url}/${service}/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${TOKEN}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown> };
  }

  async isReady(service: UpkeepService): Promise<boolean> {
    return (await this.running.get(service)?.isReady()) ?? false;
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

  async untilIdle(): Promise<Date> {
    let before = '';
    for (let turn = 0; turn < 2_400; turn += 1) {
      const all = await Promise.all([...this.running.values()].map((service) => service.progress()));
      const counts = JSON.stringify(all.map(({ handled }) => handled));
      const idle = all.every(({ lag, outbox, work }) => lag + outbox + work === 0);
      if (idle && counts === before) {
        return new Date(Math.min(...all.map(({ exitsAppliedUntil }) => exitsAppliedUntil.getTime())));
      }
      before = idle ? counts : '';
      await sleep(50);
    }
    throw new Error('never idle');
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

  private async listen(): Promise<void> {
    this.smtp = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      onData: (stream, _session, done) => {
        simpleParser(stream).then(({ to, messageId }) => {
          const addressees = Array.isArray(to) ? to.map((one) => one.text).join() : (to?.text ?? '');
          this.mails.push({ to: addressees, messageId: messageId ?? '' });
          done();
        }, done);
      },
    });
    const listening = this.smtp.listen(0, '127.0.0.1');
    await new Promise((resolve) => listening.once('listening', resolve));
    this.smtpPort = (listening.address() as { port: number }).port;
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
