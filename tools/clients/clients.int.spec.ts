import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CompressionTypes, Kafka, logLevel, Partitioners } from 'kafkajs';
import { decode, purchaseCreated, type SegmentChanged } from '@tessera/contracts';
import { KafkaLog, partitionOf } from '@tessera/platform-bus';
import { CLIENTS, type Language, languages, readClient, ROOT } from './languages.features.js';

const brokers = process.env['TESSERA_TEST_KAFKA'];
const isRequired = process.env['CI'] === 'true';
const PARTITIONS = 6;
const PREPARE_MS_MAX = 10 * 60_000;
const RUN_MS_MAX = 60_000;

type Found = Readonly<{
  key: string;
  value: Buffer;
  headers: Readonly<Record<string, string>>;
  partition: number;
  offset: number;
  appendedAt: Date;
}>;

if (!brokers) {
  (isRequired ? describe : describe.skip)('clients of other languages', () => {
    it('need a broker: TESSERA_TEST_KAFKA names one, TESSERA_TEST_WITH=kafka starts one', () => {
      expect(brokers).toBeDefined();
    });
  });
} else {
  for (const language of languages) {
    const note = language.missing === undefined ? '' : `, NOT RUN: there is no ${language.missing} here`;
    (note === '' ? describe : describe.skip)(`a client in ${language.name}${note}`, () =>
      clientSuite(language, brokers),
    );
  }
}

function clientSuite(language: Language, addresses: string): void {
  const kafka = new Kafka({ clientId: 'tessera-test', brokers: addresses.split(','), logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  const folder = mkdtempSync(join(tmpdir(), 'tessera-clients-'));
  const running = new Set<ChildProcess>();
  let command: readonly string[];
  let log: KafkaLog;

  beforeAll(async () => {
    command = await language.prepare();
    // Examples are run from copies, which find their packages where the originals do.
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    await admin.connect();
    log = await KafkaLog.open({ brokers: addresses.split(','), clientId: 'tessera-test' });
  }, PREPARE_MS_MAX);

  afterAll(async () => {
    for (const child of running) child.kill('SIGKILL');
    await admin.disconnect();
    await log?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const aTopic = async (): Promise<string> => {
    const topic = `clients-${randomUUID()}`;
    await log.ensureTopics([{ topic, partitions: PARTITIONS, cleanup: 'delete', retentionMs: null }]);
    return topic;
  };

  const start = (file: string, variables: Readonly<Record<string, string>>): ChildProcess => {
    const [program = '', ...parameters] = command;
    const env = { ...process.env, KAFKA_BROKERS: addresses, ...variables };
    const child = spawn(program, [...parameters, file], { env, stdio: ['pipe', 'pipe', 'pipe'] });
    running.add(child);
    child.once('exit', () => running.delete(child));
    return child;
  };

  const publish = async (topic: string, lines: string, text = readClient(language.publisher)): Promise<string> => {
    const file = join(folder, basename(language.publisher));
    writeFileSync(file, text);
    const child = start(file, { TOPIC: topic });
    const said = collect(child);
    child.stdin?.end(lines);
    const [code] = (await once(child, 'exit')) as [number];
    if (code !== 0) throw new Error(`it ended with ${code}: ${said.errors()}`);
    return said.output();
  };

  const purchases = Array.from({ length: 9 }, (_, number) => ({
    purchaseId: `p-${number}`,
    memberId: `member:${number * 7919}`,
    purchasedAt: '2026-03-02T11:26:00+01:00',
    currency: 'EUR',
    totalMinor: 100 * number,
  }));
  const lines = purchases.map((purchase) => `${JSON.stringify(purchase)}\n`).join('');

  it('publishes purchases that we can read, each where its member belongs', async () => {
    const topic = await aTopic();

    const said = await publish(topic, lines);

    const found = await readAll(kafka, topic, purchases.length);
    expect(found.map(({ key }) => key).sort()).toEqual(purchases.map(({ memberId }) => memberId).sort());
    for (const { key, partition } of found) expect([key, partition]).toEqual([key, partitionOf(key, PARTITIONS)]);
    for (const record of found) {
      const purchase = purchases.find(({ memberId }) => memberId === record.key);
      const read = decode({ ...record, topic: purchaseCreated.topic });
      expect(read).toMatchObject({
        ok: true,
        event: {
          id: purchase?.purchaseId,
          source: 'urn:shop:checkout',
          subject: record.key,
          time: new Date('2026-03-02T10:26:00Z'),
        },
      });
      expect(read.ok && purchaseCreated.parse(read.event.data)).toEqual({
        ok: true,
        data: { ...purchase, purchasedAt: '2026-03-02T10:26:00.000Z' },
      });
      expect(said).toContain(`purchase ${purchase?.purchaseId} is at ${topic}/${record.partition}/${record.offset}\n`);
    }
  });

  it('publishes what we can read without the line that may be left out', async () => {
    const topic = await aTopic();
    const text = readClient(language.publisher);
    const bare = text.replace(language.optional, '');
    expect(bare).not.toBe(text);

    await publish(topic, readClient('purchases.jsonl'), bare);

    const found = await readAll(kafka, topic, 2);
    for (const record of found) {
      expect(record.headers).toEqual({});
      const read = decode({ ...record, topic: purchaseCreated.topic });
      expect(read).toMatchObject({ ok: true, event: { source: 'urn:tessera:bare' } });
      expect(read.ok && purchaseCreated.parse(read.event.data)).toMatchObject({ ok: true });
    }
    expect(found.map(({ key }) => key).sort()).toEqual(['ben', 'carla']);
  });

  it('fails aloud when a purchase cannot be published', async () => {
    const child = start(join(CLIENTS, language.publisher), { TOPIC: await aTopic() });
    child.stdin?.end('this is no purchase\n');
    const [code] = (await once(child, 'exit')) as [number];
    expect(code).toBeGreaterThan(0);
  });

  it('consumes segments: each change once, repeats and what is unknown passed over', async () => {
    const topic = await aTopic();
    const groupId = randomUUID();
    await send(kafka, topic, states);

    const child = start(join(CLIENTS, language.consumer), { TOPIC: topic, GROUP: groupId });
    const said = collect(child);
    await soon(
      () => said.output().includes('left big-180'),
      () => said.output() + said.errors(),
    );
    child.kill('SIGTERM');
    await once(child, 'exit');

    expect(said.output().trim().split('\n')).toEqual([
      '17850 entered active-90 (earlier)',
      '17850 entered new-buyers (purchase)',
      '17850 entered lapsing (earlier)',
      '17850 entered big-180 (purchase)',
      '17850 left new-buyers (purchase)',
      '17850 left lapsing (definition)',
      '17850 entered win-back (rebuilt)',
      '17850 left active-90 (window)',
      '17850 left big-180 (history)',
    ]);
    // It left in order: another of its group goes on behind what it took.
    const [committed] = await admin.fetchOffsets({ groupId, topics: [topic] });
    expect(committed?.partitions.map(({ offset }) => Number(offset))).toContain(states.length);
  });
}

/** As recorded from segmentation, with what came before it, copies, and what later releases may add. */
const golden = JSON.parse(readFileSync(join(ROOT, 'libs/contracts/golden/segment.changed.v1.json'), 'utf8')) as {
  headers: Record<string, string>;
  value: SegmentChanged;
};
const states: readonly object[] = (() => {
  const recorded = golden.value;
  const at = recorded.changedAt;
  const entry = (segment: string) => ({ segment, version: 1, enteredAt: at });
  const before: SegmentChanged = {
    ...recorded,
    sequence: recorded.sequence - 1,
    segments: [entry('active-90'), entry('new-buyers'), entry('lapsing')],
    entered: [{ ...entry('new-buyers'), cause: { kind: 'purchase', purchaseId: '1', backfill: false } }],
    left: [],
  };
  const ofALaterRelease = {
    ...recorded,
    sequence: recorded.sequence + 1,
    segments: [...recorded.segments, { ...entry('win-back'), score: 0.5 }],
    entered: [{ ...entry('win-back'), score: 0.5, cause: { kind: 'rebuilt', from: { position: 12 } } }],
    left: [],
    region: ['north'],
  };
  const ofANewEpoch: SegmentChanged = {
    ...recorded,
    epoch: recorded.epoch + 1,
    sequence: 1,
    segments: [entry('win-back')],
    entered: [],
    left: [
      { segment: 'active-90', version: 1, leftAt: at, cause: { kind: 'window' } },
      { segment: 'big-180', version: 1, leftAt: at, cause: { kind: 'refund', refundId: 'r', backfill: true } },
    ],
  };
  return [before, recorded, recorded, before, ofALaterRelease, recorded, ofANewEpoch];
})();

async function send(kafka: Kafka, topic: string, values: readonly object[]): Promise<void> {
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  const { headers, value } = golden;
  const messages = values.map((each) => ({ key: value.memberId, value: JSON.stringify(each), headers }));
  await producer.send({ topic, compression: CompressionTypes.GZIP, messages });
  await producer.disconnect();
}

async function readAll(kafka: Kafka, topic: string, count: number): Promise<readonly Found[]> {
  const found: Found[] = [];
  const consumer = kafka.consumer({ groupId: randomUUID(), maxWaitTimeInMs: 100 });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ partition, message: { key, value, headers = {}, offset, timestamp } }) => {
      found.push({
        key: key?.toString() ?? '',
        value: value ?? Buffer.alloc(0),
        headers: Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, String(text)])),
        partition,
        offset: Number(offset),
        appendedAt: new Date(Number(timestamp)),
      });
    },
  });
  await soon(
    () => found.length >= count,
    () => `${found.length} of ${count} records`,
  );
  await consumer.disconnect();
  return found;
}

function collect(child: ChildProcess): Readonly<{ output(): string; errors(): string }> {
  let output = '';
  let errors = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (errors += text));
  return { output: () => output, errors: () => errors };
}

async function soon(check: () => boolean, state: () => string): Promise<void> {
  const end = performance.now() + RUN_MS_MAX;
  while (!check()) {
    if (performance.now() > end) throw new Error(`did not come to pass within ${RUN_MS_MAX} ms: ${state()}`);
    await sleep(50);
  }
}
