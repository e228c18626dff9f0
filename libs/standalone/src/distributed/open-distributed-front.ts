import type { ServiceName } from '@tessera/contracts';
import { joinMetrics, type RunningService } from '@tessera/platform-service';
import { ensureProgram } from '../ensure-program.js';
import { Front } from '../front.js';
import type { Mailbox } from '../mailbox/open-mailbox.js';
import { OwnRequests } from '../own-requests.js';
import { StatusReader, SUMMARY_AGE_SECONDS } from '../status.js';
import { RemoteService } from './remote-service.js';

export type DistributedFrontOptions = Readonly<{
  host: string;
  /** 0 lets the system choose. */
  port: number;
  names: readonly ServiceName[];
  /** The front's own, with the scopes read, write and admin. */
  token: string;
}>;

export type DistributedFront = Readonly<{
  url: string;
  /** From now on the service's paths go to these addresses in turn. */
  serve(name: ServiceName, replicas: readonly string[]): void;
  serveMailbox(mailbox: Mailbox): void;
  /** Publishes the default program where there is none; answers the currency of the one there is. */
  ensureProgram(currency: string | undefined): Promise<string>;
  /** Only from now on `/healthz` may say that all is ready. */
  started(): void;
  close(): Promise<void>;
}>;

const CURRENT_PROGRAM = '/membership/v1/programs/current';
const DEFAULT_CURRENCY = 'EUR';

/** Standalone's front over services in processes of their own. Listens before any of them is there. */
export async function openDistributedFront(options: DistributedFrontOptions): Promise<DistributedFront> {
  const { host, port, names, token } = options;
  const running = new Map<string, RunningService>();
  const settled: { currency: string | null; isStarted: boolean } = { currency: null, isStarted: false };
  let url = '';
  const requests = new OwnRequests(() => url, token);
  const status = new StatusReader({
    names,
    running,
    startedAt: new Date(),
    currency: () => settled.currency,
    summary: async (name) => {
      const answer = running.has(name)
        ? await requests.getShared(`/${name}/v1/summary`, SUMMARY_AGE_SECONDS)
        : undefined;
      return answer?.status === 200 ? answer.body : undefined;
    },
  });
  const all = (): RunningService[] => [...running.values()];
  const front = new Front({
    names,
    isReady: async () => settled.isStarted && (await Promise.all(all().map((one) => one.isReady()))).every(Boolean),
    status: () => status.read(),
    metrics: async () => joinMetrics(await Promise.all(all().map((one) => one.metrics()))),
  });
  url = `http://${host}:${await front.listen(host, port)}`;
  return {
    url,
    serve(name, replicas) {
      const service = new RemoteService(name, replicas, token);
      running.set(name, service);
      front.serve(service);
    },
    serveMailbox: (mailbox) => front.serveMailbox(mailbox),
    async ensureProgram(currency) {
      const current = await requests.send('GET', CURRENT_PROGRAM);
      const kept = (current.body as { currency?: string } | undefined)?.currency;
      settled.currency = currency ?? kept ?? DEFAULT_CURRENCY;
      await ensureProgram(requests, settled.currency, 'of this deployment');
      return settled.currency;
    },
    started: () => void (settled.isStarted = true),
    async close() {
      await front.close();
      await Promise.all(all().map((service) => service.close()));
    },
  };
}
