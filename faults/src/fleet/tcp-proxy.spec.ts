import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { TcpProxy } from './tcp-proxy.js';

describe('the proxy between services and a server', () => {
  let server: Server;
  let proxy: TcpProxy;

  beforeEach(async () => {
    server = createServer((socket) => void socket.on('error', () => undefined).pipe(socket)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    proxy = await TcpProxy.open();
    proxy.to((server.address() as AddressInfo).port);
  });
  afterEach(async () => {
    await proxy.close();
    server.close();
  });

  const open = async (): Promise<Socket> => {
    const socket = connect(proxy.port, '127.0.0.1').on('error', () => undefined);
    await once(socket, 'connect');
    return socket;
  };
  const echo = async (socket: Socket, text: string): Promise<string> => {
    const answer = once(socket, 'data') as Promise<Buffer[]>;
    socket.write(text);
    return String((await answer)[0]);
  };

  it('passes both ways', async () => {
    const socket = await open();
    expect(await echo(socket, 'a')).toBe('a');
    expect(await echo(socket, 'b')).toBe('b');
  });

  it('breaks connections while it is cut, and takes new ones afterwards', async () => {
    const socket = await open();
    await echo(socket, 'a');
    proxy.set('cut');
    await once(socket, 'close');
    const refused = await open();
    await once(refused, 'close');
    proxy.set('open');
    expect(await echo(await open(), 'b')).toBe('b');
  });

  it('keeps data back while it is silent, and then hands it on', async () => {
    const socket = await open();
    proxy.set('silent');
    let answer = '';
    const answered = echo(socket, 'a').then((text) => (answer = text));
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(answer).toBe('');
    proxy.set('open');
    await answered;
    expect(answer).toBe('a');
  });

  it('takes its time if it is told to', async () => {
    const socket = await open();
    proxy.delayMs = 50;
    const startedAt = performance.now();
    await echo(socket, 'a');
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(99);
  });
});
