import type { AddressInfo } from 'node:net';
import { type ParsedMail, simpleParser } from 'mailparser';
import MailComposer from 'nodemailer/lib/mail-composer';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import { SmtpSession } from './mail/smtp-session.js';

export type Delivered = Readonly<{ to: string; mail: ParsedMail; at: number }>;

/** What the server does with a mail; anything but `accept` may be meant for some attempts only. */
export type Behaviour =
  | 'accept'
  | 'refuse'
  | 'defer'
  | 'defer-after-data'
  | 'hang-at-mail-from'
  | 'hang-after-data'
  | 'drop-at-mail-from'
  | 'drop-after-data';

const REPLIES = { refuse: 550, defer: 451 } as const;

/** A real mail server that behaves as told, mail by mail, and keeps what was handed over to it whole, whatever it then answered. */
export class MailSink {
  readonly delivered: Delivered[] = [];
  attempts = 0;
  largestCrowd = 0;
  atOnce = 0;
  private plan: Behaviour[] = [];
  private always: Behaviour = 'accept';
  private delayMs = 0;
  private held: Promise<void> | null = null;
  private readonly current = new Map<string, Behaviour>();
  private server: SMTPServer | null = null;
  private port = 0;

  get url(): string {
    return `smtp://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    const server = new SMTPServer({
      disabledCommands: ['STARTTLS', 'AUTH'],
      disableReverseLookup: true,
      logger: false,
      closeTimeout: 10,
      onMailFrom: (_address, session, done) => this.begin(session, done),
      onRcptTo: (_address, session, done) => {
        const behaviour = this.current.get(session.id);
        if (behaviour === 'refuse' || behaviour === 'defer') return done(reply(REPLIES[behaviour]));
        return done();
      },
      // A mail that was cut off is none; the session is gone with it.
      onData: (stream, session, done) => void this.take(stream, session, done).catch(() => undefined),
    });
    server.on('error', () => undefined);
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    this.server = server;
    this.port = (server.server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    const { server } = this;
    this.server = null;
    if (!server) return;
    for (const { _socket: socket } of server.connections) socket.destroy();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  /** The next mails are treated so, one after another; those after them as `always` says. */
  behave(plan: readonly Behaviour[], always: Behaviour = 'accept', delayMs = 0): void {
    this.plan = [...plan];
    this.always = always;
    this.delayMs = delayMs;
  }

  /** Mails that have come whole go unanswered until the function it returns is called. */
  hold(): () => void {
    let release = (): void => undefined;
    this.held = new Promise((resolve) => (release = resolve));
    return () => {
      this.held = null;
      release();
    };
  }

  reset(): void {
    this.behave([]);
    this.delivered.length = 0;
    this.attempts = 0;
    this.largestCrowd = 0;
  }

  to(address: string): readonly Delivered[] {
    return this.delivered.filter(({ to }) => to === address);
  }

  private begin(session: SMTPServerSession, done: (error?: Error | null) => void): void {
    const behaviour = this.plan.shift() ?? this.always;
    this.attempts += 1;
    this.current.set(session.id, behaviour);
    if (behaviour === 'hang-at-mail-from') return;
    if (behaviour === 'drop-at-mail-from') return this.drop(session);
    done();
  }

  private async take(
    stream: SMTPServerDataStream,
    session: SMTPServerSession,
    done: (error?: Error | null) => void,
  ): Promise<void> {
    this.atOnce += 1;
    this.largestCrowd = Math.max(this.largestCrowd, this.atOnce);
    const mail = await simpleParser(stream).catch(() => null);
    await this.held;
    if (this.delayMs > 0) await new Promise((resolve) => setTimeout(resolve, this.delayMs));
    this.atOnce -= 1;
    if (!mail) return;
    const behaviour = this.current.get(session.id);
    if (behaviour === 'defer-after-data') return done(reply(451));
    const [recipient] = session.envelope.rcptTo;
    this.delivered.push({ to: recipient?.address ?? '', mail, at: Date.now() });
    if (behaviour === 'hang-after-data') return;
    if (behaviour === 'drop-after-data') return this.drop(session);
    done();
  }

  private drop({ id }: SMTPServerSession): void {
    for (const connection of this.server?.connections ?? []) if (connection.id === id) connection._socket.destroy();
  }
}

const reply = (responseCode: number): Error =>
  Object.assign(new Error('5.0.0 as told <m@example.test>'), { responseCode });

/** A sink that is there for the suites of a `describe`, and behaves before each test. */
export function mailSink(): MailSink {
  const sink = new MailSink();
  beforeAll(async () => {
    await sink.start();
    await warmUp(sink);
  });
  afterAll(() => sink.stop());
  beforeEach(() => sink.reset());
  return sink;
}

/** The first mail of a process loads and compiles what all need, for longer than a test that lets attempts time out can give it. */
async function warmUp({ url }: MailSink): Promise<void> {
  const { hostname: host, port } = new URL(url);
  const patient = { connectMs: 30_000, replyMs: 30_000 };
  const options = {
    host,
    port: Number(port),
    secure: false,
    ignoreTLS: true,
    requireTLS: false,
    auth: null,
    ...patient,
  };
  const deadline = performance.now() + 60_000;
  const session = await SmtpSession.open(options, deadline);
  const mail = new MailComposer({
    from: 'a@shop.example',
    to: 'b@example.test',
    subject: 'x',
    text: 'x',
    html: '<p>x</p>',
  });
  await session.send({ from: 'a@shop.example', to: 'b@example.test' }, await mail.compile().build(), deadline);
  session.close();
}
