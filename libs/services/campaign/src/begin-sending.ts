import { Inject, Injectable } from '@nestjs/common';
import { SETTINGS } from '@tessera/platform-service';
import type { CampaignSettings } from './campaign.settings.js';
import { type Message, isHeldBy, released, sending } from './domain/message.js';
import { type Held, HeldMessages } from './held-messages.js';
import { CampaignsRepository } from './persistence/campaigns.repository.js';
import { MembersRepository, NOTHING_KNOWN, type StateVersion } from './persistence/members.repository.js';
import type { Ready } from './prepare-message.js';

/**
 * The last word before the mail server hears of a message: still ours, its campaign not stopped, the member still to be written to at
 * the address it was made for. Only when this has committed may the message be sent.
 */
@Injectable()
export class BeginSending {
  constructor(
    private readonly heldMessages: HeldMessages,
    private readonly campaigns: CampaignsRepository,
    private readonly members: MembersRepository,
    @Inject(SETTINGS) private readonly settings: CampaignSettings,
  ) {}

  /** The message as it is being sent; null if it is not to be sent now, and was given back, ended, or is another's. */
  async run(claimed: Message, ready: Pick<Ready, 'contactVersion' | 'templateVersion'>): Promise<Message | null> {
    const after = await this.heldMessages.change(claimed, (held) => this.decide(held, ready));
    return after?.state === 'sending' ? after : null;
  }

  private async decide(
    { tx, message, now }: Held,
    { contactVersion, templateVersion }: Pick<Ready, 'contactVersion' | 'templateVersion'>,
  ): Promise<Message> {
    const holder = message.leaseHolder ?? '';
    if (!isHeldBy(message, holder, now)) return message;

    const campaign = await this.campaigns.findAndShare(tx, message.campaignId);
    const profile = (await this.members.profiles(tx, [message.memberId])).get(message.memberId);
    const reach = profile?.reach ?? NOTHING_KNOWN;
    const isAsPrepared = reach.kind === 'open' && isSame(profile?.contactVersion ?? null, contactVersion);
    if (campaign?.state !== 'running' || !isAsPrepared) return released(message, reach, now);
    const until = new Date(now.getTime() + this.settings.leaseMs);
    return sending(message, { holder, until }, now, templateVersion);
  }
}

const isSame = (a: StateVersion | null, b: StateVersion): boolean => a?.epoch === b.epoch && a.sequence === b.sequence;
