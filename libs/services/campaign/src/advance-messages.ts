import { Inject, Injectable } from '@nestjs/common';
import type { Transaction } from '@tessera/platform-database';
import { SETTINGS } from '@tessera/platform-service';
import type { CampaignSettings } from './campaign.settings.js';
import type { Campaign } from './domain/campaign.js';
import { isHeldBy, type Message, type Outcome, released, sending, settled } from './domain/message.js';
import { HeldMessages, type StillHeld } from './held-messages.js';
import { CampaignsRepository } from './persistence/campaigns.repository.js';
import {
  type MemberProfile,
  MembersRepository,
  NOTHING_KNOWN,
  type StateVersion,
} from './persistence/members.repository.js';

/** The next step of a message that this process holds: each claim has a lease holder of its own. */
export type Step = Readonly<{ held: Message }> &
  (
    | Readonly<{ kind: 'begin'; contactVersion: StateVersion; templateVersion: number }>
    /** `pauseMs`: how long the mail server is left alone when it could not be reached. */
    | Readonly<{ kind: 'settle'; outcome: Outcome; pauseMs: number }>
    /** To be claimed again once it can be sent. With `withoutAddress`, that contact is known to be of no use. */
    | Readonly<{ kind: 'release'; withoutAddress?: StateVersion }>
  );

type Known = Readonly<{
  now: Date;
  profiles: ReadonlyMap<string, MemberProfile>;
  campaigns: ReadonlyMap<string, Campaign>;
}>;

/**
 * Takes messages on by a step each, all of them or none, in one transaction: outcomes are written down, and others begin to be sent in
 * their place. A result that comes late still stands as long as nobody has claimed the message since; steps of messages that are another's
 * by now are passed over.
 */
@Injectable()
export class AdvanceMessages {
  constructor(
    private readonly heldMessages: HeldMessages,
    private readonly members: MembersRepository,
    private readonly campaigns: CampaignsRepository,
    @Inject(SETTINGS) private readonly settings: CampaignSettings,
  ) {}

  /** Answers the messages that may be sent now: `sending` is committed, and the lease has begun. */
  async run(steps: readonly Step[]): Promise<readonly Message[]> {
    const after = await this.heldMessages.change(steps, async (tx, stillHeld, now) => {
      const known = { now, ...(await this.read(tx, stillHeld)) };
      return stillHeld.map(({ step, message }) => this.decide(step, message, known));
    });
    return after
      .filter(({ step, message }) => step.kind === 'begin' && message.state === 'sending')
      .map(({ message }) => message);
  }

  /** What outcomes need nothing of: read only for messages that begin or are given back. */
  private async read(tx: Transaction, stillHeld: StillHeld<Step>): Promise<Omit<Known, 'now'>> {
    for (const { step, message } of stillHeld) {
      if (step.kind !== 'release' || !step.withoutAddress) continue;
      await this.members.noteWithoutAddress(tx, message.memberId, step.withoutAddress);
    }
    const others = stillHeld.filter(({ step }) => step.kind !== 'settle').map(({ message }) => message);
    if (others.length === 0) return { profiles: new Map(), campaigns: new Map() };
    const campaigns = await this.campaigns.findAndShare(tx, [...new Set(others.map(({ campaignId }) => campaignId))]);
    const profiles = await this.members.profiles(
      tx,
      others.map(({ memberId }) => memberId),
    );
    return { profiles, campaigns };
  }

  private decide(step: Step, message: Message, { now, profiles, campaigns }: Known): Message {
    if (step.kind === 'settle') return settled(message, step.outcome, now, this.settings, step.pauseMs);
    const profile = profiles.get(message.memberId);
    const reach = profile?.reach ?? NOTHING_KNOWN;
    if (step.kind === 'release') return released(message, reach, now);

    // The last word before the mail server hears of it: still ours, its campaign not stopped, the member still to be written to at the
    // address it was made for.
    const holder = message.leaseHolder ?? '';
    if (!isHeldBy(message, holder, now)) return message;
    const isAsPrepared = reach.kind === 'open' && isSame(profile?.contactVersion ?? null, step.contactVersion);
    if (campaigns.get(message.campaignId)?.state !== 'running' || !isAsPrepared) return released(message, reach, now);
    const until = new Date(now.getTime() + this.settings.leaseMs);
    return sending(message, { holder, until }, now, step.templateVersion);
  }
}

const isSame = (a: StateVersion | null, b: StateVersion): boolean => a?.epoch === b.epoch && a.sequence === b.sequence;
