import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import type { MailStore } from './mail-store.js';
import { envelopeOf } from './read-mail.js';

const HOST = '127.0.0.1';
export const MAIL_BYTES_MAX = 1024 * 1024;
const RECIPIENTS_MAX = 50;
const CLIENTS_MAX = 50;
/** Bounds addresses too, which stand in an index. */
const COMMAND_LENGTH_MAX = 1_000;
const CLOSE_MS_MAX = 2_000;

class NotTaken extends Error {
  constructor(
    readonly responseCode: number,
    message: string,
  ) {
    super(message);
  }
}

/**
 * A mail server that delivers to nobody: whatever is sent to it stays in the store. It takes mail from this machine alone, for
 * every address, without TLS or a password. A mail is durable before its 250 goes out.
 */
export class MailReceiver {
  private constructor(private readonly server: SMTPServer) {}

  /** On a port that the system chooses. `report` is told why a mail could not be stored. */
  static async open(store: MailStore, report: (error: unknown) => void): Promise<MailReceiver> {
    const server = new SMTPServer({
      name: 'mailbox.invalid',
      banner: 'Tessera mailbox',
      size: MAIL_BYTES_MAX,
      rejectOversized: true,
      maxRecipients: RECIPIENTS_MAX,
      maxClients: CLIENTS_MAX,
      maxCommandLength: COMMAND_LENGTH_MAX,
      maxAllowedUnauthenticatedCommands: false,
      closeTimeout: CLOSE_MS_MAX,
      authOptional: true,
      disabledCommands: ['AUTH', 'STARTTLS'],
      disableReverseLookup: true,
      onData: (stream, session, done) => {
        receive(store, stream, session, report).then(() => done(), done);
      },
    });
    // Of one connection that breaks; the server goes on.
    server.on('error', () => undefined);
    server.listen(0, HOST);
    await once(server.server, 'listening');
    return new MailReceiver(server);
  }

  get url(): string {
    return `smtp://${HOST}:${(this.server.server.address() as AddressInfo).port}`;
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.server.close(() => resolve()));
  }
}

async function receive(
  store: MailStore,
  stream: SMTPServerDataStream,
  { envelope }: SMTPServerSession,
  report: (error: unknown) => void,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) if (!stream.sizeExceeded) chunks.push(chunk as Buffer);
  if (stream.sizeExceeded) throw new NotTaken(552, `A mail may have ${MAIL_BYTES_MAX} bytes`);

  const raw = Buffer.concat(chunks);
  const recipients = envelope.rcptTo.map(({ address }) => address);
  try {
    await store.keep(await envelopeOf(raw), recipients, raw);
  } catch (error) {
    report(error);
    throw new NotTaken(451, 'The mail could not be stored now, try again');
  }
}
