import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { topicSpecs } from '@tessera/contracts';
import { KafkaTopics, KafkaUnreachable, type Log } from '@tessera/platform-bus';
import { readEnvironment } from '@tessera/platform-config';
import { createLogger } from './logger.js';
import { kafkaOptions, openLog } from './open-log.js';
import { expectSoon } from './made-up-service.features.js';
import { logVariables } from './variables.js';

type Secured = Readonly<{ brokers: string; caFile: string; username: string; password: string }>;

const given = process.env['TESSERA_TEST_KAFKA_SECURED'];
const suite = given ? describe : describe.skip;
const MECHANISMS = ['plain', 'scram-sha-256', 'scram-sha-512'] as const;
const SOON_MS = 30_000;

/** Signed nothing, and good for a hundred years. */
const OTHER_AUTHORITY = `-----BEGIN CERTIFICATE-----
MIIBkDCCATWgAwIBAgIUJx0bE7D8SqPFAGRIlynFkSXbhqUwCgYIKoZIzj0EAwIw
HDEaMBgGA1UEAwwRQW5vdGhlciBhdXRob3JpdHkwIBcNMjYxMTI1MjI1OTA4WhgP
MjEyNjExMDEyMjU5MDhaMBwxGjAYBgNVBAMMEUFub3RoZXIgYXV0aG9yaXR5MFkw
EwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEzHxKZaovAA7byO+iQxVWdQfT2qnDy/mT
uuZqTmZPtLesEw20eYMmHughVDRNirTIWhD4RRW3kMYsu3lOiIOf2qNTMFEwHQYD
VR0OBBYEFB9s6W0c0U86UM78Q1d6lNswIm2WMB8GA1UdIwQYMBaAFB9s6W0c0U86
UM78Q1d6lNswIm2WMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSQAwRgIh
AIzkIarMR+0QaRy83Bp8W+Ci+XRSdxQBGyvkfDOiluaKAiEA2W/jqkaB8W/4iVTe
yrB43sLydf3cTZ1INFTGOu9T/mk=
-----END CERTIFICATE-----
`;

/** The broker of the tests has a listener with TLS and a login; its authority is known to nobody. */
suite('a Kafka with TLS and a login', () => {
  const { brokers, caFile, username, password } = JSON.parse(given ?? '{}') as Secured;
  const logger = createLogger({ level: 'silent' });
  const environment = {
    KAFKA_BROKERS: brokers,
    KAFKA_SSL: 'true',
    KAFKA_SSL_CA_FILE: caFile,
    KAFKA_SASL_MECHANISM: 'scram-sha-512',
    KAFKA_SASL_USERNAME: username,
    KAFKA_SASL_PASSWORD: password,
    TESSERA_NAMESPACE: `secured-${randomUUID()}`,
    LOG_PARTITIONS: '1',
  };
  const read = (changes: Record<string, string>) => readEnvironment(logVariables, { ...environment, ...changes });
  const open = (changes: Record<string, string>): Promise<Log> => openLog(read(changes), 'ledger', logger);

  it.each(MECHANISMS)('is written to and read by %s', async (mechanism) => {
    const log = await open({ KAFKA_SASL_MECHANISM: mechanism, TESSERA_NAMESPACE: `secured-${randomUUID()}` });
    try {
      const topic = 'purchase.created';
      await log.append([{ topic, key: 'm1', value: Buffer.from(mechanism), headers: {} }]);
      const values: string[] = [];
      const subscription = await log.subscribe({
        group: 'ledger',
        topics: [topic],
        recordsMax: 10,
        bytesMax: 1_000,
        onBatch: ({ records, next }) => {
          values.push(...records.map(({ value }) => String(value)));
          return Promise.resolve({ kind: 'done', next });
        },
      });
      await expectSoon(async () => values.length > 0, SOON_MS);
      await subscription.close();

      expect(values).toEqual([mechanism]);
      const [kept] = await log.read({ topic, partition: 0, offset: 0, limit: 1 });
      expect(String(kept?.value)).toBe(mechanism);
    } finally {
      await log.close();
    }
  });

  it('has its topics brought up to date by the same settings', async () => {
    const options = kafkaOptions(read({ TESSERA_NAMESPACE: `secured-${randomUUID()}` }), 'tessera-test');
    if (!options) throw new Error('KAFKA_BROKERS is not set');
    const topics = await KafkaTopics.open(options);
    const specs = topicSpecs({ partitions: 1 }).slice(0, 2);
    await topics.apply(specs, await topics.plan(specs));
    expect(await topics.plan(specs)).toEqual([]);
    await topics.close();
  });

  describe('says at once what is wrong with', () => {
    const refused = async (changes: Record<string, string>): Promise<string> => {
      const error: unknown = await open(changes).then(
        (log) => log.close(),
        (reason: unknown) => reason,
      );
      expect(error).toBeInstanceOf(KafkaUnreachable);
      return (error as Error).message;
    };

    it.each(MECHANISMS)('a password, by %s', async (mechanism) => {
      const message = await refused({ KAFKA_SASL_MECHANISM: mechanism, KAFKA_SASL_PASSWORD: 'another' });
      expect(message).toMatch(/^Kafka at 127\.0\.0\.1:\d+ cannot be used: SASL .*[Aa]uthentication failed/);
      expect(message).toContain('Does the broker know this login');
      expect(message).not.toContain('another');
    });

    it('an authority that is not known, and one that did not sign', async () => {
      const message = await refused({ KAFKA_SSL_CA_FILE: '' });
      expect(message).toMatch(/cannot be used: .*(self-signed certificate|unable to get local issuer)/);
      expect(message).toContain('from an authority that is trusted here');

      const folder = await mkdtemp(join(tmpdir(), 'tessera-authority-'));
      const other = join(folder, 'other.pem');
      writeFileSync(other, OTHER_AUTHORITY);
      expect(await refused({ KAFKA_SSL_CA_FILE: other })).toContain('from an authority that is trusted here');
      await rm(folder, { recursive: true });
    });

    it('speaking without TLS to a port that expects it', async () => {
      const message = await refused({ KAFKA_SSL: 'false', KAFKA_SSL_CA_FILE: '' });
      expect(message).toContain('cannot be used');
    });

    it('a name that the certificate is not for', async () => {
      const message = await refused({ KAFKA_BROKERS: brokers.replace('127.0.0.1', 'localhost') });
      expect(message).toContain("The broker's certificate must be for the name it is reached by");
    });
  });
});
