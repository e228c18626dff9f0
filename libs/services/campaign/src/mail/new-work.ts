import { Injectable } from '@nestjs/common';
import { Logger } from '@tessera/platform-service';
import pg from 'pg';
import { DataSource } from 'typeorm';

const RECONNECT_MS = 1_000;

/**
 * Sleeps until a message becomes ready anywhere in this database, or a time has passed. Only a wake-up: while its connection is away, whoever
 * sleeps still wakes by the clock. One that comes while nobody sleeps is kept for the next sleep.
 */
@Injectable()
export class NewWork {
  private client: pg.Client | null = null;
  private reconnect: NodeJS.Timeout | undefined;
  private isClosed = false;
  private isPending = false;
  private hasNews = false;
  private onWake: () => void = () => undefined;

  constructor(
    private readonly dataSource: DataSource,
    private readonly logger: Logger,
  ) {}

  /** Messages may have become ready. */
  wake(): void {
    this.hasNews = true;
    this.rouse();
  }

  /** Ends the sleep for another reason. */
  rouse(): void {
    this.isPending = true;
    this.onWake();
  }

  /** Whether messages may have become ready since it was last asked. */
  takeNews(): boolean {
    const { hasNews } = this;
    this.hasNews = false;
    return hasNews;
  }

  async sleep(ms: number): Promise<void> {
    if (!this.isPending) {
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        this.onWake = resolve;
        timer = setTimeout(resolve, ms);
      });
      clearTimeout(timer);
      this.onWake = () => undefined;
    }
    this.isPending = false;
  }

  async listen(): Promise<void> {
    const { options } = this.dataSource;
    const connectionString = 'url' in options && typeof options.url === 'string' ? options.url : '';
    const client = new pg.Client({ connectionString, application_name: 'tessera campaign listens' });
    client.on('notification', () => this.wake());
    client.on('error', (error) => this.lose(client, error));
    this.client = client;
    try {
      await client.connect();
      await client.query('LISTEN tessera_messages');
      this.wake();
    } catch (error) {
      this.lose(client, error);
    }
  }

  async close(): Promise<void> {
    this.isClosed = true;
    clearTimeout(this.reconnect);
    await this.client?.end().catch(() => undefined);
  }

  private lose(client: pg.Client, error: unknown): void {
    if (this.isClosed || this.client !== client) return;
    this.client = null;
    this.logger.debug({ err: error }, 'announcements of messages are away');
    void client.end().catch(() => undefined);
    this.reconnect = setTimeout(() => void this.listen(), RECONNECT_MS);
  }
}
