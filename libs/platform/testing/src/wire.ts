import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A wire to a server: its address for clients, and what can happen to it. */
export type Wire = Readonly<{
  url: string;
  /** Connections break, and new ones are refused. */
  cut(): Promise<void>;
  mend(): Promise<void>;
  /** Nothing comes through in either direction until it is released; what was sent meanwhile comes late, and is not lost. */
  hold(): void;
  release(): void;
  end(): Promise<void>;
}>;

/** A real connection to the server that an URL names, which a test can cut or hold. */
export async function openWire(address: string): Promise<Wire> {
  const target = new URL(address);
  const sockets = new Set<Socket>();
  let isHeld = false;
  let server: Server | undefined;

  const join = (socket: Socket): void => {
    const upstream = connect(Number(target.port), target.hostname);
    const ends = [socket, upstream] as const;
    for (const end of ends) {
      sockets.add(end);
      end.on('error', () => undefined);
      end.on('close', () => {
        sockets.delete(end);
        for (const other of ends) other.destroy();
      });
    }
    socket.on('data', (data) => upstream.write(data));
    upstream.on('data', (data) => socket.write(data));
    if (isHeld) for (const end of ends) end.pause();
  };
  const listen = async (port: number): Promise<number> => {
    const opened = createServer(join);
    server = opened;
    await new Promise<void>((resolve) => opened.listen(port, '127.0.0.1', resolve));
    return (opened.address() as AddressInfo).port;
  };
  const cut = async (): Promise<void> => {
    const closing = server;
    server = undefined;
    const closed = new Promise<void>((resolve) => (closing ? closing.close(() => resolve()) : resolve()));
    for (const socket of sockets) socket.destroy();
    await closed;
  };

  const port = await listen(0);
  const url = new URL(address);
  url.hostname = '127.0.0.1';
  url.port = String(port);
  return {
    url: url.href,
    cut,
    end: cut,
    mend: async () => void (await listen(port)),
    hold: () => {
      isHeld = true;
      for (const socket of sockets) socket.pause();
    },
    release: () => {
      isHeld = false;
      for (const socket of sockets) socket.resume();
    },
  };
}
