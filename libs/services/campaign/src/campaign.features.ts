import { randomBytes } from 'node:crypto';
import { pointsChanged } from '@tessera/contracts';
import { Sealer } from '@tessera/platform-messaging';
import {
  aConsentChanged,
  aMemberContactChanged,
  aMemberRegistered,
  aSegmentChanged,
  type BuiltEvent,
  KNOWN_MEMBERS,
  testService,
  type TestService,
} from '@tessera/testing';
import type { CampaignSettings } from './campaign.settings.js';
import type { Message, MessageState } from './domain/message.js';
import { campaign } from './index.js';
import type { MailSink } from './mail-sink.features.js';

export const contactKeys = [{ id: 'k1', key: randomBytes(32).toString('base64') }];
export const sealer = new Sealer(contactKeys);

export const ATTEMPT_MS = 1_000;
export const LEASE_MS = 1_800;

/** Long enough for a busy machine, short enough to wait for. */
export const settingsFor = (sink: Pick<MailSink, 'url'>): Partial<CampaignSettings> => ({
  smtpUrl: sink.url,
  from: 'The Shop <hello@shop.example>',
  contactKeys,
  connectMs: 500,
  replyMs: 600,
  attemptMs: ATTEMPT_MS,
  leaseMs: LEASE_MS,
  retryFirstMs: 100,
  deferralsMax: 2,
  doubtsMax: 2,
});

/** So long that no busy machine makes an outcome unknown, where time-outs are not what a test is about. */
export const PATIENT: Partial<CampaignSettings> = {
  connectMs: 20_000,
  replyMs: 20_000,
  attemptMs: 40_000,
  leaseMs: 60_000,
};

/** The service before a mail server that behaves as told, with the default campaign, which acts on entries of 2026. */
export function campaignService(sink: MailSink, settings: Partial<CampaignSettings> = {}): TestService {
  return testService(campaign, {
    settings: () => ({ ...settingsFor(sink), ...settings }),
    prepare: async (service) => {
      await service.sql(`DELETE FROM campaigns WHERE campaign_id <> 'thank-you'`);
      await service.sql(`DELETE FROM templates WHERE template_id <> 'thank-you' OR version > 1`);
      await service.sql(
        `UPDATE campaigns SET name = 'Thank big spenders', segment = 'big-180', starts_at = '2026-01-01', state = 'running'`,
      );
      await service.sql('UPDATE service_state SET basis = basis + 1');
      await service.deliver(...KNOWN_MEMBERS.map((memberId) => aMemberRegistered({ memberId })));
    },
  });
}

export const addressOf = (memberId: string): string => `${memberId.toLowerCase()}@example.test`;

export function aContact(memberId: string, contact: object = {}): BuiltEvent {
  const sealed = sealer.seal(memberId, { name: `Name of ${memberId}`, email: addressOf(memberId), ...contact });
  return aMemberContactChanged({ memberId, sealed });
}

export function aConsent(memberId: string, granted = true): BuiltEvent {
  const changedAt = '2026-01-01T00:00:00.000Z';
  return aConsentChanged({ memberId, consents: [{ channel: 'email', granted, changedAt }] });
}

/** A movement after which the member has so many points to spend, and others that cannot be. */
export function aPointsChanged(memberId: string, active: number): BuiltEvent {
  const moved = { wallet: 'points', reason: 'earned', amount: active, occurredAt: ENTERED_AT, postedAt: ENTERED_AT };
  const balance = { wallet: 'points', pending: 7, active, held: 3, spent: 5, expired: 2, arrears: 0 };
  const data = pointsChanged.schema.parse({ memberId, epoch: 1, sequence: 1, ...moved, balances: [balance] });
  return { contract: pointsChanged, data } as BuiltEvent;
}

export const ENTERED_AT = '2026-02-01T00:00:00.000Z';

type Entry = Readonly<{ segment?: string; enteredAt?: string; cause?: object }>;

export function anEntry(
  memberId: string,
  { segment = 'big-180', enteredAt = ENTERED_AT, cause }: Entry = {},
): BuiltEvent {
  const entered = { segment, version: 1, enteredAt };
  const why = (cause ?? { kind: 'window' }) as { kind: 'window' };
  return aSegmentChanged({ memberId, segments: [entered], entered: [{ ...entered, cause: why }] });
}

export type ShownMessage = Omit<Message, 'createdAt' | 'changedAt'> &
  Readonly<{ nextAttemptAt: string | null; createdAt: string; changedAt: string }>;

export async function messagesOf(service: TestService, memberId: string): Promise<readonly ShownMessage[]> {
  const { status, body } = await service.http('GET', `/members/${memberId}/messages`);
  if (status !== 200) throw new Error(`messages of ${memberId}: ${status} ${JSON.stringify(body)}`);
  return (body as { items: ShownMessage[] }).items;
}

/** The member's only message, once it is in one of these states. */
export async function messageIn(
  service: TestService,
  memberId: string,
  ...states: readonly MessageState[]
): Promise<ShownMessage> {
  let last: ShownMessage | undefined;
  await expectSoon(
    async () => {
      const messages = await messagesOf(service, memberId);
      if (messages.length > 1) throw new Error(`${memberId} has ${messages.length} messages`);
      last = messages[0];
      return last !== undefined && states.includes(last.state);
    },
    () => `${memberId} has ${last ? `a message ${last.state} (${last.reason})` : 'no message'}`,
  );
  return last as ShownMessage;
}

const SOON_MS = 15_000;

export async function expectSoon(
  holds: () => Promise<boolean> | boolean,
  told = () => 'it did not happen',
): Promise<void> {
  const end = Date.now() + SOON_MS;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`${told()} after ${SOON_MS} ms`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** What was published of a member's messages: state, reason where there is one. */
export async function toldOf(service: TestService, memberId: string): Promise<readonly string[]> {
  const published = await service.published('message.changed');
  return published
    .filter(({ key }) => key === memberId)
    .map(({ data }) => [data['state'], data['reason']].filter(Boolean).join(' '));
}
