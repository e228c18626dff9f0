import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import type { Received } from './mail-judgement.js';
import type { Trouble } from './mail-troubles.js';

type Done = (error?: Error | null) => void;

const HOST = '127.0.0.1';
const DEAD_MS = 700;
const MESSAGE_ID = /^message-id:\s*(<[^>\r\n]+>)/im;

/** A real mail server that delivers to nobody, remembers what it took, and meets the troubles planned for it. */
export class TroubledMailServer implements Received {
  readonly copies = new Map<string, number>();
  readonly refused = new Set<string>();
  /** Troubles met so far. */
  readonly met: Trouble[] = [];
  /** By session, those of mails begun and not yet met. */
  private readonly current = new Map<string, Trouble>();
  /** Of mails that were cut off before they met them: they fall to the next ones. */
  private readonly owed: Trouble[] = [];
  private begun = 0;
  private server: SMTPServer | undefined;
  private coming: Promise<void> = Promise.resolve();
  private port = 0;

  private constructor(private readonly plan: ReadonlyMap<number, Trouble>) {}

  /** `plan`: by the number, from 0, of the mail in the order in which they are begun. */
  static async open(plan: ReadonlyMap<number, Trouble> = new Map()): Promise<TroubledMailServer> {
    const server = new TroubledMailServer(plan);
    await server.listen();
    return server;
  }

  get url(): string {
    return `smtp://${HOST}:${this.port}`;
  }

  async close(): Promise<void> {
    await this.coming;
    await this.end();
  }

  private async listen(): Promise<void> {
    const server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['AUTH', 'STARTTLS'],
      disableReverseLookup: true,
      logger: false,
      closeTimeout: 10,
      onMailFrom: (_address, session, done) => this.begin(session, done),
      onRcptTo: ({ address }, session, done) => this.address(address, session, done),
      // A mail that was cut off is none.
      onData: (stream, session, done) => void this.take(stream, session, done).catch(() => undefined),
      onClose: (session) => this.giveBack(session),
    });
    // Of one connection that breaks; the server goes on.
    server.on('error', () => undefined);
    await new Promise<void>((resolve) => server.listen(this.port, HOST, resolve));
    this.server = server;
    this.port = (server.server.address() as AddressInfo).port;
  }

  private begin(session: SMTPServerSession, done: Done): void {
    this.giveBack(session);
    const trouble = this.plan.get(this.begun) ?? this.owed.shift();
    this.begun += 1;
    if (trouble) this.current.set(session.id, trouble);
    if (trouble === 'hang-before-data' || trouble === 'go-away') {
      this.meet(trouble, session);
      if (trouble === 'go-away') this.coming = this.die();
      return;
    }
    done();
  }

  private address(address: string, session: SMTPServerSession, done: Done): void {
    const trouble = this.current.get(session.id);
    if (trouble !== 'refuse' && trouble !== 'defer') return done();
    this.meet(trouble, session);
    if (trouble === 'refuse') this.refused.add(address.toLowerCase());
    done(Object.assign(new Error('Not now, not here'), { responseCode: trouble === 'refuse' ? 550 : 451 }));
  }

  private async take(stream: SMTPServerDataStream, session: SMTPServerSession, done: Done): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    const trouble = this.current.get(session.id);
    if (trouble !== 'die-after-data-forgotten') this.keep(Buffer.concat(chunks).toString());
    if (!trouble) return done();
    this.meet(trouble, session);
    if (trouble !== 'hang-after-data-kept') this.coming = this.die();
  }

  private meet(trouble: Trouble, { id }: SMTPServerSession): void {
    this.current.delete(id);
    this.met.push(trouble);
  }

  private giveBack({ id }: SMTPServerSession): void {
    const unmet = this.current.get(id);
    if (!unmet) return;
    this.current.delete(id);
    this.owed.push(unmet);
  }

  private keep(mail: string): void {
    const id = MESSAGE_ID.exec(mail)?.[1] ?? '';
    this.copies.set(id, (this.copies.get(id) ?? 0) + 1);
  }

  /** All connections break; after a while it is back. */
  private async die(): Promise<void> {
    await this.coming;
    await this.end();
    await sleep(DEAD_MS);
    await this.listen();
  }

  private async end(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    if (!server) return;
    for (const { _socket: socket } of server.connections) socket.destroy();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }
}
