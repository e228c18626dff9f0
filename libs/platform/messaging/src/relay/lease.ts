import { rows } from '@tessera/platform-database';
import { v7 as uuidv7 } from 'uuid';
import type { DataSource } from 'typeorm';

const ASK_MS = 1_000;

/**
 * Who may publish this outbox: one row with an epoch, judged by the database's clock. Each change of hands raises the epoch,
 * and removing published rows checks it, so a leader that overslept can only repeat what was published, never lose a row. A repeat
 * behind newer rows would be what compaction keeps, so a leader publishes only while its lease has not run out by its own clock too.
 */
export class Lease {
  private readonly holder = uuidv7();
  private epoch: number | null = null;
  private askAfter = 0;
  private heldUntil = 0;

  constructor(
    private readonly dataSource: DataSource,
    private readonly durationMs: number,
  ) {}

  /**
   * The epoch under which we lead now, or null when someone else does. Renews once a third of the time has gone; a lease that someone
   * else has is asked for at most once a second, however often there is something to publish.
   */
  async lead(): Promise<number | null> {
    if (performance.now() < this.askAfter) return this.epoch;

    const askedAt = performance.now();
    const [held] = await rows<{ epoch: number }>(
      this.dataSource.manager,
      `UPDATE relay_lease
          SET epoch = epoch + CASE WHEN holder = $1 AND expires_at > clock_timestamp() THEN 0 ELSE 1 END,
              holder = $1, expires_at = clock_timestamp() + $2 * interval '1 millisecond'
        WHERE holder = $1 OR expires_at <= clock_timestamp()
       RETURNING epoch`,
      [this.holder, this.durationMs],
    );
    this.epoch = held?.epoch ?? null;
    this.heldUntil = askedAt + this.durationMs;
    const third = this.durationMs / 3;
    this.askAfter = performance.now() + (held ? third : Math.min(third, ASK_MS));
    return this.epoch;
  }

  /** As far as is known here, without asking. */
  get isHeld(): boolean {
    return this.epoch !== null;
  }

  /** Whether we lead under this epoch still; not once the lease ran out while we slept, or could not ask. */
  isCurrent(epoch: number): boolean {
    return this.epoch === epoch && performance.now() < this.heldUntil;
  }

  /** Keeps it while the work lasts, however long. Whether that went well is for who removes rows to find out. */
  async during<Result>(work: () => Promise<Result>): Promise<Result> {
    let renewed: Promise<unknown> = Promise.resolve();
    const renew = (): void => {
      renewed = renewed.then(() => this.lead()).catch(() => undefined);
    };
    const renewing = setInterval(renew, this.durationMs / 3);
    try {
      return await work();
    } finally {
      clearInterval(renewing);
      await renewed;
    }
  }

  /** After an error nothing is known of the lease: it is asked for anew. */
  forget(): void {
    this.epoch = null;
    this.askAfter = 0;
  }

  async release(): Promise<void> {
    this.forget();
    await rows(this.dataSource.manager, `UPDATE relay_lease SET expires_at = '-infinity' WHERE holder = $1`, [
      this.holder,
    ]);
  }
}
