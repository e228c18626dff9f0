import pg from 'pg';
import type { MessagingLogger } from '../logger.js';

export type Listening = Readonly<{ close(): Promise<void> }>;

const RECONNECT_MS = 1_000;

/** Calls back on each announcement of the outbox. Only a wake-up: while its connection is away, the relay still polls. */
export function listen(databaseUrl: string, onAnnouncement: () => void, logger: MessagingLogger): Listening {
  let closed = false;
  let client: pg.Client | null = null;
  let timer: NodeJS.Timeout | undefined;

  const reconnect = (): void => {
    client = null;
    if (!closed) timer = setTimeout(() => void connect(), RECONNECT_MS);
  };
  const connect = async (): Promise<void> => {
    const next = new pg.Client({ connectionString: databaseUrl, application_name: 'tessera-relay-listen' });
    next.on('notification', onAnnouncement);
    next.once('error', (error) => {
      logger.debug({ err: error }, 'announcements of the outbox are away');
      void next.end().catch(() => undefined);
      reconnect();
    });
    try {
      await next.connect();
      await next.query('LISTEN tessera_outbox');
      client = next;
      if (closed) await next.end();
      else onAnnouncement();
    } catch (error) {
      next.removeAllListeners('error').on('error', () => undefined);
      logger.debug({ err: error }, 'announcements of the outbox are away');
      void next.end().catch(() => undefined);
      reconnect();
    }
  };
  const connecting = connect();

  return {
    async close() {
      closed = true;
      clearTimeout(timer);
      await connecting;
      await client?.end().catch(() => undefined);
    },
  };
}
