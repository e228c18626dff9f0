import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

const HOST = '127.0.0.1';

/** A mail server that delivers nothing and notes when each mail's data was there in full. */
export class ProbeMailbox {
  /** By recipient: the times, as of `performance.now()`. */
  readonly arrivals = new Map<string, number[]>();
  private constructor(private readonly server: SMTPServer) {}

  static async open(): Promise<ProbeMailbox> {
    const server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['AUTH', 'STARTTLS'],
      disableReverseLookup: true,
      logger: false,
      onData: (stream, { envelope }, done) => {
        stream.resume();
        stream.once('error', done);
        stream.once('end', () => {
          for (const { address } of envelope.rcptTo) mailbox.note(address);
          done();
        });
      },
    });
    const mailbox = new ProbeMailbox(server);
    // Of one connection that breaks; the server goes on.
    server.on('error', () => undefined);
    await new Promise<void>((resolve) => server.listen(0, HOST, resolve));
    return mailbox;
  }

  get url(): string {
    return `smtp://${HOST}:${(this.server.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private note(address: string): void {
    this.arrivals.set(address, [...(this.arrivals.get(address) ?? []), performance.now()]);
  }
}
