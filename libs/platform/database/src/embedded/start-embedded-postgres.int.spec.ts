import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import pg from 'pg';
import { type EmbeddedPostgres, removeDataFolder, startEmbeddedPostgres } from './index.js';
import { locateBinaries } from './binaries.js';
import { isAlive } from './process-identity.js';
import { chooseRunAs } from './run-as.js';

const query = async <Row>(server: EmbeddedPostgres, database: string, sql: string): Promise<Row[]> => {
  const client = new pg.Client({ connectionString: server.url(database) });
  await client.connect();
  try {
    return (await client.query(sql)).rows as Row[];
  } finally {
    await client.end();
  }
};

/** A process of its own that starts the data folder's PostgreSQL and keeps it, until it is killed. */
async function anotherOwner(dataDir: string): Promise<{ child: ChildProcess; serverPid: number }> {
  const root = join(import.meta.dirname, '../../../../..');
  const hold = `
    import { startEmbeddedPostgres } from ${JSON.stringify(join(import.meta.dirname, 'index.ts'))};
    const server = await startEmbeddedPostgres({ dataDir: ${JSON.stringify(dataDir)} });
    console.log(server.pid);
    setInterval(() => undefined, 1_000);`;
  const register = join(root, 'tools/test/typescript/register.mjs');
  const child = spawn(process.execPath, ['--import', register, '--input-type=module', '--eval', hold], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(child.stdout!, 'data')) as [Buffer];
  return { child, serverPid: Number(line.toString()) };
}

describe('the embedded PostgreSQL', () => {
  const running: EmbeddedPostgres[] = [];
  let dataDir: string;

  const start = async (
    options: { port?: number; programs?: string; log?: (line: string) => void } = {},
  ): Promise<EmbeddedPostgres> => {
    const server = await startEmbeddedPostgres({ dataDir, ...options });
    running.push(server);
    return server;
  };

  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'tessera-embedded-'));
  });
  afterEach(async () => {
    for (const server of running.splice(0)) await server.stop();
    await removeDataFolder(dataDir);
  });

  it('runs the programs of another folder, where one is given', async () => {
    const { initdb, postgres, pgCtl } = locateBinaries(chooseRunAs(dataDir));
    const programs = mkdtempSync(join(tmpdir(), 'tessera-programs-'));
    chmodSync(programs, 0o777);
    try {
      for (const program of [initdb, postgres, pgCtl]) {
        const noting = `#!/bin/sh\ntouch "$0.ran"\nexec "${program}" "$@"\n`;
        writeFileSync(join(programs, basename(program)), noting, { mode: 0o755 });
      }
      const server = await start({ programs });

      expect(await query(server, 'postgres', 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
      for (const program of ['initdb', 'postgres']) expect(existsSync(join(programs, `${program}.ran`))).toBe(true);
    } finally {
      await running.pop()?.stop();
      rmSync(programs, { recursive: true });
    }
  });

  it('makes its cluster on the first start and finds its data again on the second', async () => {
    const first = await start();
    await first.ensureDatabase('ledger');
    await first.ensureDatabase('ledger');
    await query(first, 'ledger', 'CREATE TABLE kept AS SELECT 42 AS answer');
    await first.stop();
    expect(isAlive(first.pid)).toBe(false);

    const second = await start();

    expect(await query(second, 'ledger', 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
    const [{ lc_collate, encoding } = { lc_collate: '', encoding: '' }] = await query<Record<string, string>>(
      second,
      'ledger',
      `SELECT datcollate AS lc_collate, pg_encoding_to_char(encoding) AS encoding FROM pg_database WHERE datname = 'ledger'`,
    );
    expect({ lc_collate, encoding }).toEqual({ lc_collate: 'C', encoding: 'UTF8' });
  });

  it('keeps its password to the owner of the data folder and listens on this machine only', async () => {
    const server = await start();

    expect(statSync(join(dataDir, 'postgres-password')).mode & 0o777).toBe(0o600);
    expect(await query(server, 'postgres', 'SHOW listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }]);
    const stranger = new pg.Client({ connectionString: server.url('postgres'), password: 'wrong' });
    const wrong = new URL(server.url('postgres'));
    wrong.password = 'wrong';
    await expect(new pg.Client({ connectionString: wrong.href }).connect()).rejects.toThrow(/password/);
    await stranger.end();
  });

  it('refuses a second start and names the first', async () => {
    await start();
    await expect(startEmbeddedPostgres({ dataDir })).rejects.toMatchObject({
      code: 'data-folder-in-use',
      message: expect.stringContaining(String(process.pid)),
    });
  });

  it('refuses while another process has it; takes over, with all that was committed, when that was killed', async () => {
    const { child, serverPid } = await anotherOwner(dataDir);
    try {
      await expect(startEmbeddedPostgres({ dataDir })).rejects.toMatchObject({ ownerPid: child.pid });
    } finally {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    expect(isAlive(serverPid)).toBe(true);

    const lines: string[] = [];
    const server = await start({ log: (line) => lines.push(line) });

    expect(isAlive(serverPid)).toBe(false);
    expect(lines).toEqual([expect.stringContaining(String(serverPid))]);
    expect(await query(server, 'postgres', 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('starts again when the server was killed too', async () => {
    const server = await start();
    process.kill(server.pid, 'SIGKILL');
    await server.ended;
    await server.stop();

    expect(await query(await start(), 'postgres', 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('takes a stale lock whose number is now that of another program', async () => {
    writeFileSync(join(dataDir, 'lock'), JSON.stringify({ pid: process.ppid, startedAt: 'an earlier boot:1' }));
    await start();
    expect(JSON.parse(readFileSync(join(dataDir, 'lock'), 'utf8'))).toMatchObject({ pid: process.pid });
  });

  it('leaves alone the program that now has the number in a stale postmaster.pid', async () => {
    await (await start()).stop();
    const stranger = spawn(process.execPath, ['-e', 'setInterval(() => 0, 1000)'], { stdio: 'ignore' });
    try {
      writeFileSync(join(dataDir, 'postgres/postmaster.pid'), `${stranger.pid}\n`, { mode: 0o600 });
      await start();
      expect(isAlive(stranger.pid!)).toBe(true);
    } finally {
      stranger.kill('SIGKILL');
    }
  });

  it('says so when the port it was told to use is taken, and frees the folder', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const { port } = holder.address() as { port: number };
    try {
      await expect(start({ port })).rejects.toMatchObject({
        code: 'port-taken',
        message: expect.stringContaining(`${port}`),
      });
    } finally {
      holder.close();
    }
    expect(existsSync(join(dataDir, 'lock'))).toBe(false);
    expect((await start({ port })).port).toBe(port);
  });

  it('names the versions when another PostgreSQL made the cluster', async () => {
    await (await start()).stop();
    const file = join(dataDir, 'postgres/PG_VERSION');
    const version = readFileSync(file, 'utf8');
    writeFileSync(file, '13\n');

    await expect(start()).rejects.toMatchObject({
      code: 'data-folder-version',
      message: expect.stringMatching(new RegExp(`PostgreSQL 13.*PostgreSQL ${version.trim()}`)),
    });
  });

  it('quotes the log of a server that does not start', async () => {
    await (await start()).stop();
    writeFileSync(join(dataDir, 'postgres/postgresql.auto.conf'), 'no_such_setting = 1\n');
    await expect(start()).rejects.toMatchObject({
      code: 'start-failed',
      message: expect.stringContaining('no_such_setting'),
    });
  });

  it('does not make a new cluster where the old one has gone astray', async () => {
    const link = join(dataDir, 'postgres');
    symlinkSync(join(dataDir, 'nowhere'), link);
    await expect(start()).rejects.toMatchObject({ code: 'data-folder-unusable' });
    unlinkSync(link);
  });

  it('removes the data folder with the server that a killed process left in it', async () => {
    const { child, serverPid } = await anotherOwner(dataDir);
    await expect(removeDataFolder(dataDir)).rejects.toMatchObject({ code: 'data-folder-in-use' });
    child.kill('SIGKILL');
    await once(child, 'exit');

    await removeDataFolder(dataDir);

    expect(existsSync(dataDir)).toBe(false);
    expect(isAlive(serverPid)).toBe(false);
    rmSync(dataDir, { recursive: true, force: true });
  });
});
