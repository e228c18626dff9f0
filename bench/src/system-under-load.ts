import { setTimeout as sleep } from 'node:timers/promises';
import { askService } from './ask-service.js';
import type { CourseOptions } from './benchmark.js';
import { Deployment, WITH_DATABASE } from './deployment.js';
import { ProbeMailbox } from './probe-mailbox.js';
import { addressOf, isProbe, ProbedShop } from './probed-shop.js';
import { Stage } from './stage.js';
import { type Door, type Loaded, postAtOnce, postSteadily } from './steady-load.js';

const IMPORTED_AT_ONCE = 1_000;
const WARM_UP = 3_000;
const MEASURED = 10_000;
const MAIL_MS_MAX = 60_000;

/** What a stretch of load came to: how long each probe waited for its mail, from the collector's answer to the mail server's data. */
export type Stretch = Loaded & Readonly<{ tookMs: readonly number[]; wrong: readonly string[] }>;

export type ShopSize = Readonly<{ customers: number; probes: number; replicas: number }>;

/** All services, with a shop that buys from them and a mail server that they write to. */
export class SystemUnderLoad {
  private accepted = 0;

  private constructor(
    readonly stage: Stage,
    readonly deployment: Deployment,
    private readonly mailbox: ProbeMailbox,
    private readonly shop: ProbedShop,
  ) {}

  static async open(
    { profileDir, say }: CourseOptions,
    { customers, probes, replicas }: ShopSize,
  ): Promise<SystemUnderLoad> {
    const stage = await Stage.open({ ...(profileDir !== undefined && { profileDir }) });
    try {
      const mailbox = await ProbeMailbox.open();
      const deployment = await Deployment.start(stage, { smtpUrl: mailbox.url, replicas });
      const system = new SystemUnderLoad(stage, deployment, mailbox, new ProbedShop(customers, probes));
      await system.register();
      say(`All services run; ${customers + probes} members are registered.`);
      return system;
    } catch (error) {
      await stage.close();
      throw error;
    }
  }

  /** What the whole system takes at the most: purchases a second, of a pile that it works off until nothing is left to do. */
  async maximum(): Promise<number> {
    await this.workOff(WARM_UP);
    const startedAt = performance.now();
    await this.workOff(MEASURED);
    return MEASURED / ((performance.now() - startedAt) / 1_000);
  }

  /** Waits, once the load is over, for the last mail. */
  async loadFor(seconds: number, purchasesASecond: number): Promise<Stretch> {
    const waiting = new Map<string, number>();
    const loaded = await postSteadily(this.door, {
      shop: this.shop,
      purchasesASecond,
      seconds,
      accepted: (purchases, at) => {
        this.accepted += purchases.length;
        for (const { memberId } of purchases.filter(isProbe)) waiting.set(addressOf(memberId), at);
      },
    });
    const giveUpAt = performance.now() + MAIL_MS_MAX;
    const missing = (): number => [...waiting.keys()].filter((address) => !this.mailbox.arrivals.has(address)).length;
    while (missing() > 0 && performance.now() < giveUpAt) await sleep(50);
    const tookMs = [...waiting].flatMap(([address, at]) => {
      const [arrived] = this.mailbox.arrivals.get(address) ?? [];
      return arrived === undefined ? [] : [arrived - at];
    });
    const wrong = [
      ...(loaded.failed > 0 ? [`${loaded.failed} requests were not accepted`] : []),
      ...(missing() > 0 ? [`${missing()} probes have no mail`] : []),
    ];
    return { ...loaded, tookMs, wrong };
  }

  /** Waits until nothing is left to do. Each accepted purchase is in the books once, each probe has one mail, and nothing is dead. */
  async verify(): Promise<string[]> {
    await this.deployment.untilIdle();
    const [books] = await this.stage.query<{ count: number }>('ledger', 'SELECT count(*)::int AS count FROM purchases');
    const mails = [...this.mailbox.arrivals.values()];
    const doubled = mails.filter(({ length }) => length > 1).length;
    const wrong: string[] = [];
    if (books?.count !== this.accepted) wrong.push(`${books?.count} purchases in the books, ${this.accepted} accepted`);
    if (mails.length !== this.shop.probed) wrong.push(`mails to ${mails.length} of ${this.shop.probed} probes`);
    if (doubled > 0) wrong.push(`${doubled} probes have more than one mail`);
    for (const [at, { deadLetters }] of (await this.deployment.progress()).entries()) {
      if (deadLetters > 0) wrong.push(`${WITH_DATABASE[at]}: ${deadLetters} dead letters`);
    }
    return wrong;
  }

  async close(): Promise<void> {
    await this.deployment.stop();
    await this.mailbox.close();
    await this.stage.close();
  }

  private get door(): Door {
    return {
      url: () => `${this.deployment.urlFor('/collector')}/collector/v1/events`,
      token: this.stage.token,
    };
  }

  private async workOff(purchases: number): Promise<void> {
    await postAtOnce(this.door, this.shop, purchases);
    this.accepted += purchases;
    await this.deployment.untilIdle();
  }

  private async register(): Promise<void> {
    const members = this.shop.members();
    const url = `${this.deployment.urlFor('/membership')}/membership/v1/members/import`;
    for (let from = 0; from < members.length; from += IMPORTED_AT_ONCE) {
      const some = members.slice(from, from + IMPORTED_AT_ONCE).map(({ memberId, email }) => ({
        memberId,
        ...(email !== undefined && { contact: { email }, consents: [{ channel: 'email', granted: true }] }),
      }));
      await askService(this.stage, url, 'POST', { members: some });
    }
    await this.deployment.untilIdle();
  }
}
