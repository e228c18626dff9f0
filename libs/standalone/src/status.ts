import type { Progress } from '@tessera/platform-messaging';
import type { RunningService } from '@tessera/platform-service';

export type ServiceStatus = Readonly<{
  name: string;
  state: 'starting' | 'ready' | 'not ready';
  /** null while it cannot be read, and for a service that hears nothing. */
  progress: Progress | null;
  /** Path of its API's documentation. */
  docs: string;
}>;

/** What a service's `/summary` says, if it has one and answers: counts by name. */
export type Totals = Readonly<{
  members: number | null;
  tiers: Readonly<Record<string, number>> | null;
  points: Readonly<Record<string, number>> | null;
  segments: Readonly<Record<string, number>> | null;
  /** All but those that were suppressed. */
  messages: number | null;
}>;

export type Status = Readonly<{
  state: 'starting' | 'ready' | 'not ready';
  startedAt: string;
  uptimeSeconds: number;
  currency: string | null;
  services: readonly ServiceStatus[];
  totals: Totals;
}>;

type Summaries = Readonly<{
  membership?: { members: number; tiers: Record<string, number> };
  ledger?: { points: Record<string, number> };
  segmentation?: { segments: Record<string, number> };
  campaign?: { messagesTotal: number };
}>;

export type StatusParts = Readonly<{
  names: readonly string[];
  running: ReadonlyMap<string, RunningService>;
  startedAt: Date;
  currency(): string | null;
  /** The body of `GET /<name>/v1/summary`; undefined where there is none. */
  summary(name: string): Promise<unknown>;
}>;

/** So old a summary serves a page, which several fronts over the same services may show. */
export const SUMMARY_AGE_SECONDS = 2;

const FRESH_MS = 1_000;

/** Reads at most once a second, however many pages are open: the counts are queries on the services' databases. */
export class StatusReader {
  private last: { at: number; status: Promise<Status> } | undefined;

  constructor(private readonly parts: StatusParts) {}

  read(): Promise<Status> {
    if (!this.last || Date.now() - this.last.at > FRESH_MS) this.last = { at: Date.now(), status: this.gather() };
    return this.last.status;
  }

  private async gather(): Promise<Status> {
    const { names, startedAt, currency } = this.parts;
    const services = await Promise.all(names.map((name) => this.statusOf(name)));
    const [membership, ledger, segmentation, campaign] = await Promise.all(
      ['membership', 'ledger', 'segmentation', 'campaign'].map((name) =>
        this.parts.summary(name).catch(() => undefined),
      ),
    );
    return {
      state: services.find(({ state }) => state !== 'ready')?.state ?? 'ready',
      startedAt: startedAt.toISOString(),
      uptimeSeconds: Math.floor((Date.now() - startedAt.getTime()) / 1_000),
      currency: currency(),
      services,
      totals: totalsOf({ membership, ledger, segmentation, campaign } as Summaries),
    };
  }

  private async statusOf(name: string): Promise<ServiceStatus> {
    const docs = `/${name}/v1/docs`;
    const service = this.parts.running.get(name);
    if (!service) return { name, state: 'starting', progress: null, docs };

    const [isReady, progress] = await Promise.all([
      service.isReady().catch(() => false),
      service.progress().catch(() => null),
    ]);
    return { name, state: isReady ? 'ready' : 'not ready', progress, docs };
  }
}

const totalsOf = ({ membership, ledger, segmentation, campaign }: Summaries): Totals => ({
  members: membership?.members ?? null,
  tiers: membership?.tiers ?? null,
  points: ledger?.points ?? null,
  segments: segmentation?.segments ?? null,
  messages: campaign?.messagesTotal ?? null,
});
