import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ISocketFactory } from 'kafkajs';
import { AppendTooLate } from '../errors.js';

const KEEP_ALIVE_MS = 60_000;
/** A request begins with its size in four bytes, and what it asks for in two. */
const KIND_AT = 4;
const PRODUCE = 0;

/**
 * Sockets as kafkajs makes them, but each request that appends is sent only if it still may be. Between the call and here lie
 * compression, other requests and retries, and a process can sleep in any of them. One that may not breaks its connection, which
 * kafkajs takes for an outage: it tries again for a while, and then the append fails.
 */
export function fencedSockets(maySend: () => boolean): ISocketFactory {
  return ({ host, port, ssl, onConnect }) => {
    // In the types it always is one; kafkajs hands on what it was configured with.
    const tls = ssl as typeof ssl | null | undefined;
    const socket = tls
      ? connectTls({ host, port, ...(!isIP(host) && { servername: host }), ...tls }, onConnect)
      : connect({ host, port }, onConnect);
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    return fenced(socket, maySend);
  };
}

function fenced(socket: Socket, maySend: () => boolean): Socket {
  const write = socket.write.bind(socket) as (...all: readonly unknown[]) => boolean;
  socket.write = (chunk: unknown, ...rest: readonly unknown[]): boolean => {
    if (!isProduce(chunk) || maySend()) return write(chunk, ...rest);
    socket.destroy(new AppendTooLate());
    return false;
  };
  return socket;
}

const isProduce = (chunk: unknown): boolean =>
  Buffer.isBuffer(chunk) && chunk.length >= KIND_AT + 2 && chunk.readInt16BE(KIND_AT) === PRODUCE;
