import { Readable } from 'node:stream';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { Outcome } from '../domain/message.js';
import { failureOf } from './failure.js';

export type SmtpOptions = Readonly<{
  host: string;
  port: number;
  secure: boolean;
  ignoreTLS: boolean;
  requireTLS: boolean;
  auth: Readonly<{ user: string; pass: string }> | null;
  connectMs: number;
  replyMs: number;
}>;

export type Envelope = Readonly<{ from: string; to: string }>;

/** The time for an attempt ended before the end of DATA: nothing was handed over, and nothing may be any more. */
class AttemptRanOut extends Error {
  override readonly name = 'AttemptRanOut';
  readonly code = 'attempt-ran-out';
}

/**
 * One connection to the mail server, which takes one mail after another. nodemailer's own pool is not used because it sends again what was lost
 * with a connection, without a word: here each attempt is known to have been accepted, refused, surely not accepted, or of unknown outcome.
 */
export class SmtpSession {
  private readonly connection: SMTPConnection;
  private isClosed = false;
  private onLost: (error: Error) => void = () => undefined;

  private constructor({ connectMs, replyMs, auth: _auth, ...options }: SmtpOptions) {
    this.connection = new SMTPConnection({
      ...options,
      connectionTimeout: connectMs,
      greetingTimeout: connectMs,
      dnsTimeout: connectMs,
      socketTimeout: replyMs,
      socketCloseTimeout: 0,
      allowInternalNetworkInterfaces: true,
    });
    this.connection.on('error', (error) => this.lose(error));
    this.connection.once('end', () => this.lose(new Error('the connection was closed')));
  }

  /** Connected, greeted and logged in; or rejects with what `failureOf` reads. */
  static async open(options: SmtpOptions, deadline: number): Promise<SmtpSession> {
    const session = new SmtpSession(options);
    try {
      await session.step(deadline, (done) => session.connection.connect(done));
      const { auth } = options;
      if (auth && session.connection.allowsAuth) {
        await session.step(deadline, (done) => session.connection.login({ ...auth, credentials: auth }, done));
      }
      return session;
    } catch (error) {
      session.close();
      throw error;
    }
  }

  get isUsable(): boolean {
    return !this.isClosed;
  }

  /**
   * Sends one mail. `deadline` is on the clock of `performance.now()`: whatever was slow or frozen before, the end of DATA is not written
   * after it. The session can be used again only if the mail was accepted.
   */
  async send(envelope: Envelope, raw: Buffer, deadline: number): Promise<Outcome> {
    const progress = { isHandedOver: false };
    // Restarted by the reader when the mail is written: only then does the end of DATA follow.
    function* body(): Generator<Buffer> {
      yield raw;
      if (performance.now() >= deadline) throw new AttemptRanOut();
      progress.isHandedOver = true;
    }
    try {
      await this.step(deadline, (done) =>
        this.connection.send({ from: envelope.from, to: [envelope.to], size: raw.length }, Readable.from(body()), done),
      );
      return { kind: 'accepted' };
    } catch (error) {
      this.close();
      return failureOf(error, progress.isHandedOver);
    }
  }

  close(): void {
    if (this.isClosed) return;
    this.connection.close();
    this.lose(new Error('the connection was closed'));
  }

  /** Ends an idle session as the protocol wants it. */
  quit(): void {
    if (this.isClosed) return;
    this.connection.quit();
    this.isClosed = true;
  }

  private lose(error: Error): void {
    this.isClosed = true;
    this.onLost(error);
  }

  /** Ends with the step itself, with the loss of the connection or with the deadline, whichever comes first. */
  private async step(deadline: number, start: (done: (error?: Error | null) => void) => void): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        this.onLost = reject;
        if (this.isClosed) reject(new Error('the connection was closed'));
        timer = setTimeout(() => reject(new AttemptRanOut()), Math.max(0, deadline - performance.now()));
        start((error) => (error ? reject(error) : resolve()));
      });
    } finally {
      clearTimeout(timer);
      this.onLost = () => undefined;
    }
  }
}
