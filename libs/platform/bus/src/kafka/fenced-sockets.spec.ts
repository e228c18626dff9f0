import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import { AppendTooLate } from '../errors.js';
import { fencedSockets } from './fenced-sockets.js';

const [PRODUCE, FETCH] = [0, 1];

describe('sockets with a fence', () => {
  let server: Server;
  let received: Buffer;
  let maySend: boolean;
  let socket: Socket;

  const request = (kind: number): Buffer => {
    const bytes = Buffer.alloc(8);
    bytes.writeInt32BE(4, 0);
    bytes.writeInt16BE(kind, 4);
    return bytes;
  };
  const arrived = async (bytes: number): Promise<void> => {
    while (received.length < bytes) await new Promise((resolve) => setTimeout(resolve, 5));
  };

  beforeEach(async () => {
    received = Buffer.alloc(0);
    maySend = true;
    server = createServer((peer) => {
      peer.on('data', (chunk) => (received = Buffer.concat([received, chunk])));
      peer.on('error', () => undefined);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const plain = undefined as unknown as ConnectionOptions;
    await new Promise<void>((onConnect) => {
      socket = fencedSockets(() => maySend)({ host: '127.0.0.1', port, ssl: plain, onConnect });
    });
  });
  afterEach(() => {
    socket.destroy();
    server.close();
  });

  it('send what may be sent, and at any time what appends nothing', async () => {
    socket.write(request(PRODUCE));
    maySend = false;
    socket.write(request(FETCH));
    await arrived(16);
    expect(received).toEqual(Buffer.concat([request(PRODUCE), request(FETCH)]));
  });

  it('break before a request that appends and no longer may', async () => {
    socket.write(request(FETCH));
    await arrived(8);
    maySend = false;
    const broken = once(socket, 'close').catch((error: unknown) => error);
    socket.write(request(PRODUCE));
    expect(await broken).toBeInstanceOf(AppendTooLate);
    expect(received).toEqual(request(FETCH));
  });
});
