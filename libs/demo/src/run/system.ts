import type { TesseraClient } from './tessera-client.js';

/** What the demo reads of a running system: the parts of the services' answers that it needs, by their routes. */

export const SERVICES = ['membership', 'ledger', 'segmentation', 'recommendation', 'campaign'] as const;
export type Service = (typeof SERVICES)[number];

export type Progress = Readonly<{
  service: string;
  handled: number;
  lag: number;
  outbox: number;
  work: number;
  parked: readonly Readonly<{ waitsFor: string; count: number; oldestAt: string }>[];
  deadLetters: number;
  exitsAppliedUntil: string | null;
  nextExit: string | null;
}>;

export type Points = Readonly<Record<'pending' | 'active' | 'held' | 'spent' | 'expired' | 'arrears', number>>;

export type Summaries = Readonly<{
  membership: Readonly<{ members: number; tiers: Readonly<Record<string, number>> }>;
  ledger: Readonly<{ points: Points; purchases: number; refunds: number; refundedMinor: number }>;
  segmentation: Readonly<{ segments: Readonly<Record<string, number>> }>;
  campaign: Readonly<{ messagesTotal: number }>;
  books: Books;
}>;

export type Books = Readonly<{
  balanced: boolean;
  checks: readonly Readonly<{ name: string; holds: boolean; detail?: string }>[];
}>;

export function readProgress(client: TesseraClient): Promise<Progress[]> {
  return Promise.all(SERVICES.map((service) => client.get<Progress>(`/${service}/v1/progress`)));
}

export async function readSummaries(client: TesseraClient): Promise<Summaries> {
  const [membership, ledger, segmentation, campaign, books] = await Promise.all([
    client.get<Summaries['membership']>('/membership/v1/summary'),
    client.get<Summaries['ledger']>('/ledger/v1/summary'),
    client.get<Summaries['segmentation']>('/segmentation/v1/summary'),
    client.get<Summaries['campaign']>('/campaign/v1/summary'),
    client.get<Books>('/ledger/v1/books'),
  ]);
  return { membership, ledger, segmentation, campaign, books };
}

/** Records to handle, events to publish, members to look at and messages to send; parked facts wait for others and are no work. */
export function workLeft({ lag, outbox, work }: Progress): number {
  return lag + outbox + work;
}
