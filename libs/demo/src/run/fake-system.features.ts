import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { PurchaseFacts, RefundFacts } from '../oracle/facts.js';
import { messageBounds } from '../oracle/message-bounds.js';
import { naiveTotals, refundedMinor } from '../oracle/naive-totals.js';
import type { LedgerMessage, Mail } from './messages.js';

export type Sent = Readonly<{ type: string; id?: string; source?: string; data: PurchaseFacts & RefundFacts }>;

export type SentMember = Readonly<{
  memberId: string;
  contact?: unknown;
  consents?: readonly { channel: string; granted: boolean }[];
}>;

/** What a spec may do to the answers: nothing, another status, or a connection that breaks. */
export type Trouble = (method: string, path: string) => { status: number; retryAfter?: string } | 'break' | undefined;

/** A Tessera of a page: takes members and events over HTTP, and sums them by the oracle, so that only the talking is tested. */
export class FakeSystem {
  readonly members = new Map<string, SentMember>();
  readonly events = new Map<string, Sent>();
  readonly order: string[] = [];
  trouble: Trouble = () => undefined;
  currency = 'EUR';
  /** Added to the points, so that a spec can see a difference be found. */
  pointsTooMany = 0;
  nextExit: string | null = null;
  startsAt = '';
  /** What a spec makes of the mails that were sent; null: there is no mailbox. */
  mailbox: (mails: readonly Mail[]) => readonly Mail[] | null = (mails) => mails;
  ledger: (messages: readonly LedgerMessage[]) => readonly LedgerMessage[] = (messages) => messages;
  refuse: (event: Sent) => boolean = () => false;
  private readonly server = createServer((request, response) => void this.answer(request, response));

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '' } = request;
    const body = await readAll(request);
    const trouble = this.trouble(method, url);
    if (trouble === 'break') return void request.socket.destroy();
    if (trouble) {
      return send(
        response,
        trouble.status,
        { code: 'trouble' },
        trouble.retryAfter && { 'retry-after': trouble.retryAfter },
      );
    }
    if (request.headers.authorization !== 'Bearer secret') return send(response, 401, { code: 'unauthorized' });
    const [status, answer] = this.route(
      method,
      new URL(url, 'http://fake'),
      body === '' ? undefined : JSON.parse(body),
    );
    send(response, status, answer);
  }

  private route(method: string, { pathname, searchParams }: URL, body: unknown): [number, unknown] {
    const what = `${method} ${pathname}`;
    const page = (items: readonly unknown[]): [number, unknown] => [200, pageOf(items, searchParams.get('cursor'))];
    const facts = this.facts();
    const totals = naiveTotals(facts, new Date());
    const statement = /^GET \/ledger\/v1\/members\/(.+)\/statement$/.exec(what)?.[1];
    if (statement)
      return [200, { items: facts.purchases.filter(({ memberId }) => memberId === statement), nextCursor: null }];
    if (what.endsWith('/v1/progress')) return [200, this.progress(what.split('/')[1] ?? '')];
    const points = {
      pending: 0,
      held: 0,
      spent: 7,
      expired: 0,
      arrears: 7,
      active: totals.points + this.pointsTooMany,
    };
    const routes: Record<string, () => [number, unknown]> = {
      'POST /membership/v1/members/import': () => [200, { results: this.register(body as { members: SentMember[] }) }],
      'POST /collector/v1/events': () => this.collect(body as Sent[]),
      'GET /membership/v1/programs/current': () => [200, { currency: this.currency }],
      'GET /membership/v1/summary': () => [200, { members: totals.members, tiers: totals.tiers }],
      'GET /segmentation/v1/summary': () => [200, { segments: totals.segments }],
      'GET /campaign/v1/campaigns/thank-you': () => [200, { ...CAMPAIGN, state: 'running' }],
      'PUT /campaign/v1/campaigns/thank-you': () => this.changeCampaign(body as typeof CAMPAIGN & { startsAt: string }),
      'GET /campaign/v1/campaigns/thank-you/messages': () => page(this.messages()),
      'GET /campaign/v1/summary': () => [200, { messagesTotal: this.messages().length }],
      'GET /mailbox.json': () => {
        const mails = this.mails();
        return mails ? page(mails) : [404, { code: 'not-found', detail: 'no mailbox' }];
      },
      'GET /ledger/v1/books': () => [200, { balanced: true, checks: [] }],
      'GET /ledger/v1/summary': () => [
        200,
        {
          points,
          purchases: facts.purchases.length,
          refunds: facts.refunds.length,
          refundedMinor: refundedMinor(facts),
        },
      ],
    };
    return routes[what]?.() ?? [404, { code: 'not-found', detail: `no ${what}` }];
  }

  /** To the letter of the rule, and only after it was told to begin in the past. */
  private messages(): readonly LedgerMessage[] {
    const owed = this.startsAt === '' ? [] : [...messageBounds(this.facts(), new Date()).owed];
    return this.ledger(
      owed.map((memberId) => ({ memberId, state: 'sent', doubts: 0, rfcMessageId: `<${memberId}@fake>` })),
    );
  }

  private mails(): readonly Mail[] | null {
    return this.mailbox(
      this.messages().map(({ memberId, rfcMessageId }) => ({
        messageId: rfcMessageId,
        to: `${memberId}@example.test`,
        copies: 1,
      })),
    );
  }

  private changeCampaign({ startsAt, ...rest }: typeof CAMPAIGN & { startsAt: string }): [number, unknown] {
    if (JSON.stringify(rest) !== JSON.stringify(CAMPAIGN)) return [422, { code: 'changed', detail: 'not what it was' }];
    this.startsAt = startsAt;
    return [200, { ...rest, startsAt }];
  }

  private facts() {
    const all = [...this.events.values()];
    const of = (type: string) => all.filter((event) => event.type === type).map(({ data }) => data);
    const refusing = [...this.members.values()].filter(({ consents }) => !consents?.[0]?.granted);
    return {
      members: [...this.members.keys()],
      refusing: new Set(refusing.map(({ memberId }) => memberId)),
      purchases: of('purchase.created'),
      refunds: of('purchase.refunded'),
    };
  }

  private register({ members }: { members: SentMember[] }) {
    return members.map((member) => {
      const { memberId } = member;
      const status = this.members.has(memberId) ? 'known' : 'created';
      this.members.set(memberId, member);
      return { memberId, status };
    });
  }

  private collect(events: Sent[]): [number, unknown] {
    const results = events.map((event, index) => {
      if (this.refuse(event)) return { index, status: 'refused', issues: ['data.totalMinor: too much'] };
      const id = idOf(event);
      if (!this.events.has(id)) this.order.push(id);
      this.events.set(id, event);
      return { index, status: 'accepted' };
    });
    return [202, { accepted: results.filter(({ status }) => status === 'accepted').length, results }];
  }

  private progress(service: string) {
    const none = { lag: 0, outbox: 0, work: 0, deadLetters: 0, parked: [] };
    const exitsAppliedUntil = new Date().toISOString();
    return { service, handled: this.events.size, ...none, exitsAppliedUntil, nextExit: this.nextExit };
  }
}

type Known = Readonly<{ id?: string; data: Readonly<{ refundId?: string; purchaseId?: string; sku?: string }> }>;

/** By what an event is known. */
export const idOf = ({ id, data: { refundId, purchaseId, sku } }: Known): string =>
  refundId ?? purchaseId ?? id ?? sku ?? '';

const CAMPAIGN = { name: 'Thank big spenders', segment: 'big-180', template: 'thank-you' };
const PAGE = 3;

/** Small pages, so that each list has several. */
function pageOf(items: readonly unknown[], cursor: string | null) {
  const from = Number(cursor ?? 0);
  const nextCursor = from + PAGE < items.length ? String(from + PAGE) : null;
  return { items: items.slice(from, from + PAGE), nextCursor, forgotten: 0 };
}

async function readAll(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function send(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> | '' | undefined = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...(headers || {}) }).end(JSON.stringify(body));
}
