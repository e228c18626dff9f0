import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Writes `.env` for docker-compose.yml, with random passwords and keys, and the operator's token to `.tessera/token`. */
const root = join(import.meta.dirname, '../..');
const folder = process.argv[2] ?? root;
const envFile = join(folder, '.env');
const tokenFile = join(folder, '.tessera/token');

const token = randomBytes(32).toString('base64url');
const operator = {
  name: 'operator',
  sha256: createHash('sha256').update(token).digest('hex'),
  scopes: ['collect', 'read', 'write', 'admin'],
};
const values = {
  KAFKA_CLUSTER_ID: clusterId(),
  TESSERA_TOKENS: `'${JSON.stringify([operator])}'`,
  TESSERA_CONTACT_KEYS: `'${JSON.stringify([{ id: 'first', key: randomBytes(32).toString('base64') }])}'`,
};

const example = readFileSync(join(root, '.env.example'), 'utf8');
const filled = example.replaceAll(
  /^([A-Z_]+)=$/gm,
  (_, name) => `${name}=${values[name] ?? randomBytes(24).toString('hex')}`,
);

try {
  // `wx`: what is there already belongs to data that no other password opens.
  writeFileSync(envFile, filled, { mode: 0o600, flag: 'wx' });
} catch (error) {
  if (error.code !== 'EEXIST') throw error;
  console.error(`${envFile} is there already, and its passwords belong to the data. Remove both, or neither.`);
  process.exit(1);
}
mkdirSync(dirname(tokenFile), { recursive: true });
writeFileSync(tokenFile, token, { mode: 0o600 });
console.log(`Wrote ${envFile}, and the operator's token to ${tokenFile}.`);

/** Kafka takes one that begins with a dash for an option. */
function clusterId() {
  for (;;) {
    const id = randomBytes(16).toString('base64url');
    if (!id.startsWith('-')) return id;
  }
}
