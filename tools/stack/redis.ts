import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { connect } from 'node:net';
import { promisify } from 'node:util';
import { freePort } from './free-port.js';
import { launchServer, type ServerProcess } from './server-process.js';

export type RedisServer = ServerProcess & Readonly<{ url: string }>;

const CHECK_MS = 1_000;

export const hasRedis = (): Promise<boolean> =>
  promisify(execFile)('redis-server', ['--version']).then(
    () => true,
    () => false,
  );

/** Starts the machine's own `redis-server`, in memory alone: it is a cache. */
export async function startRedis({ folder, port: wanted }: { folder: string; port?: number }): Promise<RedisServer> {
  mkdirSync(folder, { recursive: true });
  const port = await freePort(wanted);
  const settings = { port: String(port), bind: '127.0.0.1', save: '', appendonly: 'no', maxmemory: '128mb' };
  const server = await launchServer({
    name: 'redis',
    folder,
    command: 'redis-server',
    parameters: Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]),
    isReady: () => answersPing(port),
  });
  return { ...server, url: `redis://127.0.0.1:${port}` };
}

/** Without a client library: what answers PING is a Redis. */
function answersPing(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', timeout: CHECK_MS });
    const end = (isThere: boolean) => (): void => {
      socket.destroy();
      resolve(isThere);
    };
    socket.once('connect', () => socket.write('PING\r\n'));
    socket.once('data', (data) => end(data.toString().startsWith('+PONG'))());
    for (const event of ['error', 'timeout', 'close']) socket.once(event, end(false));
  });
}
