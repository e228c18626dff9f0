import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { run } from '../command-line.js';

const given = process.env['TESSERA_TEST_KAFKA_SECURED'];
const suite = given ? describe : describe.skip;

suite('topics apply, on a Kafka with TLS and a login', () => {
  const secured = JSON.parse(given ?? '{}') as Record<'brokers' | 'caFile' | 'username' | 'password', string>;
  const before = { ...process.env };
  let folder: string;
  let out: string;
  let err: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tessera-cli-'));
    [out, err] = ['', ''];
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => ((out += String(text)), true));
    const specs = [{ topic: 'purchase.created', partitions: 2, cleanup: 'delete', retentionMs: null }];
    writeFileSync(join(folder, 'topics.json'), JSON.stringify(specs));
    Object.assign(process.env, {
      KAFKA_BROKERS: secured.brokers,
      KAFKA_SSL: 'true',
      KAFKA_SSL_CA_FILE: secured.caFile,
      KAFKA_SASL_MECHANISM: 'scram-sha-256',
      KAFKA_SASL_USERNAME: secured.username,
      KAFKA_SASL_PASSWORD: secured.password,
      TESSERA_NAMESPACE: `cli-${randomUUID()}`,
    });
  });
  afterEach(() => {
    process.env = { ...before };
    jest.restoreAllMocks();
    rmSync(folder, { recursive: true });
  });

  const apply = (): Promise<number> =>
    run(['topics', 'apply', '--file', join(folder, 'topics.json')], (text) => void (err += text));

  it('goes by the settings of a service', async () => {
    expect([await apply(), err]).toEqual([0, '']);
    expect(out).toContain('1 topic changed.');
    out = '';
    await apply();
    expect(out).toContain('All topics are as they should be.');
  });

  it('says in a sentence that the login is refused', async () => {
    process.env['KAFKA_SASL_PASSWORD'] = 'another';
    expect(await apply()).toBe(1);
    expect(err).toMatch(/^Kafka at .* cannot be used: SASL .*\n$/);
  });
});
