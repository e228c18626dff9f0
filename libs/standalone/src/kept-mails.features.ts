import type { AddressInfo } from 'node:net';
import { simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';

export type KeptMail = Readonly<{ to: string; messageId: string; subject: string; text: string }>;

/** A real mail server that takes every mail and keeps it. */
export class KeptMails {
  readonly mails: KeptMail[] = [];
  private readonly server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData: (stream, _session, done) => {
      simpleParser(stream).then(({ to, messageId = '', subject = '', text = '' }) => {
        const addressees = Array.isArray(to) ? to.map((one) => one.text).join() : (to?.text ?? '');
        this.mails.push({ to: addressees, messageId, subject, text });
        done();
      }, done);
    },
  });

  private constructor() {}

  static async open(): Promise<KeptMails> {
    const mails = new KeptMails();
    await new Promise<void>((resolve) => mails.server.listen(0, '127.0.0.1', resolve));
    return mails;
  }

  get url(): string {
    const { port } = this.server.server.address() as AddressInfo;
    return `smtp://127.0.0.1:${port}?ignoreTLS=true`;
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.server.close(() => resolve()));
  }
}
