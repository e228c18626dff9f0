import type { MessageBounds } from '../oracle/message-bounds.js';
import { addressOf } from './post-shop.js';
import { RequestRefused, type TesseraClient } from './tessera-client.js';

/** What the demo's campaign wrote to whom: as campaign's ledger has it, and what really came, where there is a mailbox to look into. */
export type Messages = Readonly<{ ledger: readonly LedgerMessage[]; mails: readonly Mail[] | null }>;

export type LedgerMessage = Readonly<{
  memberId: string;
  state: string;
  /** Attempts of which nobody knows how they ended: so often again it may have come. */
  doubts: number;
  rfcMessageId: string;
}>;

/** One mail in one box; copies of it that came with the same Message-ID are folded, and counted. */
export type Mail = Readonly<{ messageId: string; to: string; copies: number }>;

/** Members or mails that break the rule for messages (docs: domain, section 9). All 0 where it holds. */
export type RulesBroken = Readonly<{
  /** Are owed a message and have none. */
  missing: number;
  /** Have more than one. */
  doubled: number;
  /** Have one and never were, in whatever order, where it is sent. */
  unreached: number;
}>;

export type MessageRules = Readonly<{
  owed: number;
  byLedger: RulesBroken;
  /** `undoubted`: mails that came again more often than the ledger knows a reason for. null: no mailbox, or it does not hold them all. */
  byMailbox: (RulesBroken & Readonly<{ undoubted: number }>) | null;
}>;

type Campaign = Readonly<{ campaignId: string; name: string; segment: string; template: string; startsAt: string }>;
type Page<Item> = Readonly<{ items: readonly Item[]; nextCursor: string | null; forgotten?: number }>;

const CAMPAIGN = '/campaign/v1/campaigns/thank-you';
const PAGES_MAX = 10_000;

/** Lets the default campaign act on entries from `instant` on, so that it acts on a past that is only now poured in. */
export async function startCampaignAt(client: TesseraClient, instant: string): Promise<void> {
  const { name, segment, template } = await client.get<Campaign>(CAMPAIGN);
  await client.put(CAMPAIGN, { name, segment, template, startsAt: instant });
}

export async function readMessages(client: TesseraClient): Promise<Messages> {
  const { items: ledger } = await readAll<LedgerMessage>(client, `${CAMPAIGN}/messages`);
  return { ledger: ledger.filter(({ state }) => state !== 'suppressed'), mails: await readMails(client) };
}

/** Mails to members, whoever sent them; null where there is no mailbox, or where it has forgotten some. */
async function readMails(client: TesseraClient): Promise<readonly Mail[] | null> {
  try {
    const { items, forgotten } = await readAll<Mail>(client, '/mailbox.json');
    return forgotten > 0 ? null : items;
  } catch (error) {
    if (error instanceof RequestRefused && error.status === 404) return null;
    throw error;
  }
}

async function readAll<Item>(client: TesseraClient, path: string): Promise<{ items: Item[]; forgotten: number }> {
  const items: Item[] = [];
  let cursor: string | null = null;
  for (let read = 0; read < PAGES_MAX; read += 1) {
    const page: Page<Item> = await client.get(`${path}?limit=500${cursor === null ? '' : `&cursor=${cursor}`}`);
    items.push(...page.items);
    cursor = page.nextCursor;
    if (cursor === null) return { items, forgotten: page.forgotten ?? 0 };
  }
  throw new Error(`${path} has more than ${PAGES_MAX} pages.`);
}

/** Holds what was written against whom it had to and might be written to. */
export function judgeMessages({ ledger, mails }: Messages, bounds: MessageBounds): MessageRules {
  const sent = ledger.filter(({ state }) => state === 'sent').map(({ memberId }) => memberId);
  const begun = ledger.map(({ memberId }) => memberId);
  return {
    owed: bounds.owed.size,
    byLedger: { ...broken(begun, bounds), missing: missingIn(sent, bounds) },
    byMailbox: mails && { ...judgeMails(mails, bounds), undoubted: undoubtedIn(mails, ledger) },
  };
}

function judgeMails(mails: readonly Mail[], { owed, possible }: MessageBounds): RulesBroken {
  const boxes = (members: ReadonlySet<string>) => new Set([...members].map(addressOf));
  const recipients = mails.map(({ to }) => to);
  return broken(recipients, { owed: boxes(owed), possible: boxes(possible) });
}

function broken(recipients: readonly string[], bounds: MessageBounds): RulesBroken {
  const counts = new Map<string, number>();
  for (const recipient of recipients) counts.set(recipient, (counts.get(recipient) ?? 0) + 1);
  return {
    missing: missingIn(recipients, bounds),
    doubled: [...counts.values()].filter((count) => count > 1).length,
    unreached: [...counts.keys()].filter((recipient) => !bounds.possible.has(recipient)).length,
  };
}

function missingIn(recipients: readonly string[], { owed }: MessageBounds): number {
  const reached = new Set(recipients);
  return [...owed].filter((one) => !reached.has(one)).length;
}

/** A message may come once more for each attempt whose outcome nobody knew, and for no other reason. */
function undoubtedIn(mails: readonly Mail[], ledger: readonly LedgerMessage[]): number {
  const doubts = new Map(ledger.map((message) => [message.rfcMessageId, message.doubts]));
  return mails.filter(({ messageId, copies }) => copies - 1 > (doubts.get(messageId) ?? 0)).length;
}
