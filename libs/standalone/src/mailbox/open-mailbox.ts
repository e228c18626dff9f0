import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Token, Tokens } from '@tessera/platform-auth';
import type { Logger } from '@tessera/platform-service';
import { MailReceiver } from './mail-receiver.js';
import { MailStore } from './mail-store.js';
import { MailboxRoutes } from './mailbox-routes.js';

export type MailboxOptions = Readonly<{
  /** A database of its own; its tables are made if they are not there. */
  databaseUrl: string;
  /** Who may read: those with the scope `write`. */
  tokens: readonly Token[];
  logger: Logger;
  mailsMax?: number;
}>;

export type Mailbox = Readonly<{
  /** Where a mail client of this machine connects. The port is another one after each start. */
  smtpUrl: string;
  /** Answers `/mailbox`, `/mailbox.json` and what is below `/mailbox/`. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** Takes no more mail, lets those on their way be stored, leaves the database. */
  close(): Promise<void>;
}>;

export async function openMailbox({ databaseUrl, tokens, logger, mailsMax }: MailboxOptions): Promise<Mailbox> {
  const report = (error: unknown): void => logger.warn({ err: error }, 'the mailbox could not do its work');
  const store = await MailStore.open(databaseUrl, report, mailsMax);
  try {
    const receiver = await MailReceiver.open(store, report);
    const routes = new MailboxRoutes(store, new Tokens(tokens));
    return {
      smtpUrl: receiver.url,
      handle: (request, response) => routes.answer(request, response),
      close: async () => {
        await receiver.close();
        await store.close();
      },
    };
  } catch (error) {
    await store.close();
    throw error;
  }
}
