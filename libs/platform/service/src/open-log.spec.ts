import { readEnvironment } from '@tessera/platform-config';
import { createLogger } from './logger.js';
import { kafkaOptions, openLog } from './open-log.js';
import { logVariables } from './variables.js';

const read = (environment: Record<string, string>) => readEnvironment(logVariables, environment);

describe('the log that the environment names', () => {
  it('is a Kafka, with what it takes to reach it', () => {
    const variables = read({
      KAFKA_BROKERS: 'one:9092,two:9092',
      KAFKA_SSL: 'true',
      KAFKA_SASL_MECHANISM: 'scram-sha-512',
      KAFKA_SASL_USERNAME: 'tessera',
      KAFKA_SASL_PASSWORD: 'secret',
      TESSERA_NAMESPACE: 'shop-1',
    });
    expect(kafkaOptions(variables, 'tessera-ledger')).toEqual({
      brokers: ['one:9092', 'two:9092'],
      clientId: 'tessera-ledger',
      sessionTimeoutMs: 10_000,
      ssl: true,
      sasl: { mechanism: 'scram-sha-512', username: 'tessera', password: 'secret' },
      namespace: 'shop-1',
    });
    const plain = read({ KAFKA_BROKERS: 'one:9092', KAFKA_SESSION_MS: '6000' });
    expect(kafkaOptions(plain, 'c')).toEqual({ brokers: ['one:9092'], clientId: 'c', sessionTimeoutMs: 6_000 });
  });

  it.each(['one', 'one:9092,', 'one:x', ' one:9092'])('is not taken from %p', (brokers) => {
    expect(() => read({ KAFKA_BROKERS: brokers })).toThrow('KAFKA_BROKERS');
  });

  it.each([
    [{ KAFKA_SSL_CA_FILE: 'ca.pem' }, 'KAFKA_SSL_CA_FILE is set but KAFKA_SSL is not'],
    [{ KAFKA_SSL: 'true', KAFKA_SSL_CA_FILE: '/nowhere/ca.pem' }, 'KAFKA_SSL_CA_FILE cannot be read'],
    [{ KAFKA_SASL_MECHANISM: 'plain', KAFKA_SASL_USERNAME: 'tessera' }, 'KAFKA_SASL_PASSWORD must be set too'],
    [{ KAFKA_SASL_USERNAME: 'tessera', KAFKA_SASL_PASSWORD: 'secret' }, 'KAFKA_SASL_MECHANISM is not'],
  ])('is not reached with half of what it takes: %p', (environment, message) => {
    expect(() => kafkaOptions(read({ KAFKA_BROKERS: 'one:9092', ...environment }), 'c')).toThrow(message);
  });

  it('must be named one way or the other', async () => {
    const logger = createLogger({ level: 'silent' });
    await expect(openLog(read({}), 'ledger', logger)).rejects.toThrow('KAFKA_BROKERS is not set');
  });
});
