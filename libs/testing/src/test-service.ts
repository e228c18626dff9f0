import { memberRegistered, programPublished } from '@tessera/contracts';
import { tokenFrom } from '@tessera/platform-auth';
import {
  createLogger,
  type LogLevel,
  type RunningService,
  type ServiceDefinition,
  startService,
} from '@tessera/platform-service';
import {
  aMemberRegistered,
  aProgramPublished,
  batchOf,
  type BuiltEvent,
  recordOf,
  type ScratchDatabase,
  scratchDatabase,
} from '@tessera/platform-testing';
import pg from 'pg';
import { UnreachableLog } from './unreachable-log.js';

export const TEST_TOKEN = 'test-token';

/** Members that are registered before each test of a service that hears of registrations. */
export const KNOWN_MEMBERS: readonly string[] = ['m1', 'm2', 'm3'];

export type Published = Readonly<{ topic: string; key: string | null; data: Record<string, unknown> }>;

export type Answer = Readonly<{ status: number; headers: Headers; body: never }>;

type Request = Readonly<{ body?: unknown; headers?: Readonly<Record<string, string>>; token?: string | null }>;

export interface TestService {
  /** Hands events over in batches of one topic, in the order given. */
  deliver(...events: readonly BuiltEvent[]): Promise<void>;
  /** Hands a tombstone over: the log is to hold nothing under this key any more. */
  forget(topic: string, key: string): Promise<void>;
  /** What the service has said since the test began, in order. */
  published(topic: string): Promise<readonly Published[]>;
  /** A path below `/<service>/v1`; with a token of all scopes unless another, or null, is given. */
  http(method: string, path: string, request?: Request): Promise<Answer>;
  sql<Row extends pg.QueryResultRow>(text: string, parameters?: readonly unknown[]): Promise<Row[]>;
}

type Settings = Readonly<{
  /** Runs before each test, on a clean database; delivers the default program and registers KNOWN_MEMBERS unless given. */
  prepare?: (service: TestService) => Promise<void>;
  logLevel?: LogLevel;
  /** What the definition's `settings` ask for; asked for once, when the service is started. */
  settings?: () => unknown;
}>;

/** A whole service on a real PostgreSQL, clean before each test. Call it once in a `describe`. */
export function testService(definition: ServiceDefinition, settings: Settings = {}): TestService {
  const log = new UnreachableLog();
  let database: ScratchDatabase;
  let pool: pg.Pool;
  let running: RunningService;
  let emptyTables: readonly string[] = [];
  const offsets = new Map<string, number>();

  const nextOffset = (topic: string): number => {
    const offset = offsets.get(topic) ?? 0;
    offsets.set(topic, offset + 1);
    return offset;
  };

  const service: TestService = {
    async deliver(...events) {
      for (const run of runsOfOneTopic(events)) {
        const records = run.map((event) => recordOf(event, { offset: nextOffset(event.contract.topic) }));
        await log.hand(batchOf(records));
      }
    },
    async forget(topic, key) {
      const place = { topic, partition: 0, offset: nextOffset(topic), appendedAt: new Date() };
      await log.hand(batchOf([{ ...place, key, value: null, headers: {} }]));
    },
    async published(topic) {
      const written = await service.sql<{ topic: string; key: string | null; value: string }>(
        `SELECT topic, key, convert_from(value, 'UTF8') AS value FROM outbox WHERE topic = $1 ORDER BY position`,
        [topic],
      );
      return written.map(({ value, ...rest }) => ({ ...rest, data: JSON.parse(value) as Record<string, unknown> }));
    },
    async http(method, path, { body, headers = {}, token = TEST_TOKEN } = {}) {
      const response = await fetch(`${running.url}/${definition.name}/v1${path}`, {
        method,
        headers: {
          ...(token === null ? {} : { authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      const text = await response.text();
      return { status: response.status, headers: response.headers, body: (text ? parsed(text) : null) as never };
    },
    async sql<Row extends pg.QueryResultRow>(text: string, parameters: readonly unknown[] = []) {
      return (await pool.query<Row>(text, [...parameters])).rows;
    },
  };

  beforeAll(async () => {
    database = await scratchDatabase();
    pool = new pg.Pool({ connectionString: database.url, max: 4 });
    pool.on('error', () => undefined);
    running = await startService(definition, {
      log,
      databaseUrl: database.url,
      tokens: [tokenFrom(TEST_TOKEN, { name: 'test', scopes: ['collect', 'read', 'write', 'admin'] })],
      logger: createLogger({ level: settings.logLevel ?? 'silent' }),
      listen: { host: '127.0.0.1', port: 0 },
      migrate: true,
      settings: settings.settings?.(),
    });
    emptyTables = await tablesWithoutRows(service);
  });
  afterAll(async () => {
    await running?.close();
    await pool?.end();
    await database?.drop();
  });
  beforeEach(async () => {
    await clean(service, emptyTables);
    offsets.clear();
    await (settings.prepare ?? ((it) => withDefaults(it, definition)))(service);
  });
  return service;
}

async function withDefaults(service: TestService, definition: ServiceDefinition): Promise<void> {
  const hears = new Set(definition.consumes.map(({ topic }) => topic));
  if (hears.has(programPublished.topic)) await service.deliver(aProgramPublished());
  if (hears.has(memberRegistered.topic)) {
    await service.deliver(...KNOWN_MEMBERS.map((memberId) => aMemberRegistered({ memberId })));
  }
}

function* runsOfOneTopic(events: readonly BuiltEvent[]): Generator<readonly BuiltEvent[]> {
  let run: BuiltEvent[] = [];
  for (const event of events) {
    if (run[0] && run[0].contract.topic !== event.contract.topic) {
      yield run;
      run = [];
    }
    run.push(event);
  }
  if (run.length > 0) yield run;
}

/** What migrations filled (defaults, singletons) stays; all else is emptied between tests. */
async function tablesWithoutRows(service: TestService): Promise<readonly string[]> {
  const tables = await service.sql<{ name: string }>(
    `SELECT quote_ident(tablename) AS name FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'migrations'`,
  );
  const empty: string[] = [];
  for (const { name } of tables) {
    if ((await service.sql(`SELECT FROM ${name} LIMIT 1`)).length === 0) empty.push(name);
  }
  return empty;
}

/** The basis is raised, so that nothing the service remembers of the reference data before is taken for current. */
async function clean(service: TestService, tables: readonly string[]): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      if (tables.length > 0) await service.sql(`TRUNCATE ${tables.join(', ')}`);
      await service.sql('UPDATE service_state SET basis = basis + 1');
      return;
    } catch (error) {
      if (attempt === 5 || (error as { code?: string }).code !== '40P01') throw error;
    }
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
