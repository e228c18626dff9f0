import { defaultProgram } from '@tessera/contracts';
import type { ServiceProcess } from '@tessera/faults';
import { askService } from './ask-service.js';
import { type Progress, untilIdle } from './prepared-service.js';
import type { Stage } from './stage.js';

export const WITH_DATABASE = ['membership', 'ledger', 'segmentation', 'recommendation', 'campaign'] as const;
export const NAMES = ['collector', ...WITH_DATABASE] as const;
export type ServiceName = (typeof NAMES)[number];

export type DeploymentOptions = Readonly<{
  smtpUrl: string;
  /** Processes of each service. */
  replicas?: number;
  currency?: string;
}>;

/** All services on one stage, as they are deployed: a process each, or several, and a database each. */
export class Deployment {
  private readonly leaving = new Set<ServiceProcess>();
  private turn = 0;

  private constructor(
    private readonly stage: Stage,
    private readonly processes: ReadonlyMap<ServiceName, readonly ServiceProcess[]>,
  ) {}

  /** Resolves when all are ready and know the default program. */
  static async start(
    stage: Stage,
    { smtpUrl, replicas = 1, currency = 'EUR' }: DeploymentOptions,
  ): Promise<Deployment> {
    for (const name of WITH_DATABASE) await stage.database(name);
    const processes = new Map<ServiceName, ServiceProcess[]>();
    for (const name of NAMES) {
      const environment = {
        MIGRATE: 'true',
        SMTP_URL: smtpUrl,
        MAIL_FROM: 'Tessera <tessera@mailbox.invalid>',
        ...(name !== 'collector' && { DATABASE_URL: stage.url(name) }),
      };
      const launched = Array.from({ length: replicas }, () => stage.service(name, environment));
      processes.set(name, await Promise.all(launched));
    }
    const deployment = new Deployment(stage, processes);
    // The first process of a service runs its migrations; the others find them done.
    await deployment.startReplica(0);
    for (let replica = 1; replica < replicas; replica += 1) await deployment.startReplica(replica);
    await deployment.ask('membership', 'POST', 'programs', defaultProgram(currency));
    return deployment;
  }

  /** Where a path belongs: to each replica in turn. */
  readonly urlFor = (path: string): string => {
    const [, wanted] = path.split('/');
    const name = NAMES.find((known) => known === wanted) ?? 'ledger';
    const serving = this.processes.get(name)?.filter((process) => !this.leaving.has(process)) ?? [];
    this.turn += 1;
    return serving[this.turn % serving.length]?.url ?? this.replica(name).url;
  };

  /** The first process of every service. */
  firsts(): readonly ServiceProcess[] {
    return NAMES.map((name) => this.replica(name));
  }

  get authorization(): Readonly<Record<string, string>> {
    return { authorization: `Bearer ${this.stage.token}` };
  }

  /** Orderly; meanwhile nobody is sent to it. */
  async restart(name: ServiceName, number: number): Promise<void> {
    const process = this.replica(name, number);
    this.leaving.add(process);
    await process.stop();
    process.start();
    await process.ready();
    this.leaving.delete(process);
  }

  replica(name: ServiceName, number = 0): ServiceProcess {
    const found = this.processes.get(name)?.[number];
    if (!found) throw new Error(`There is no ${name} ${number}.`);
    return found;
  }

  ask(name: ServiceName, method: string, path: string, body?: object): Promise<unknown> {
    return askService(this.stage, `${this.replica(name).url}/${name}/v1/${path}`, method, body);
  }

  async progress(): Promise<readonly Progress[]> {
    return Promise.all(WITH_DATABASE.map(async (name) => (await this.ask(name, 'GET', 'progress')) as Progress));
  }

  /** Nothing left to do anywhere, and nothing on its way from one to the other. */
  async untilIdle(): Promise<void> {
    for (let handled = -1, before = -2; handled !== before;) {
      for (const name of WITH_DATABASE) await untilIdle(this.stage, this.replica(name).url, name);
      before = handled;
      handled = (await this.progress()).reduce((sum, one) => sum + one.handled, 0);
    }
  }

  async stop(): Promise<void> {
    await Promise.all([...this.processes.values()].flat().map((process) => process.stop()));
  }

  private async startReplica(number: number): Promise<void> {
    for (const name of NAMES) this.replica(name, number).start();
    for (const name of NAMES) await this.replica(name, number).ready();
  }
}
