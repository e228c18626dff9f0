import { connect } from 'node:net';

const CHECK_MS = 1_000;
const PORTS: Readonly<Record<string, number>> = { 'postgres:': 5432, 'postgresql:': 5432, 'redis:': 6379, 'smtp:': 25 };

/** Whether something takes connections at the address of a URL. */
export function reaches(url: string): Promise<boolean> {
  const { hostname: host, port, protocol } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect({ host, port: Number(port || PORTS[protocol]), timeout: CHECK_MS });
    const end = (isThere: boolean) => (): void => {
      socket.destroy();
      resolve(isThere);
    };
    socket.once('connect', end(true));
    for (const event of ['error', 'timeout']) socket.once(event, end(false));
  });
}
