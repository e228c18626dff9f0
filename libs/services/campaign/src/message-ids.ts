import { Inject, Injectable } from '@nestjs/common';
import { SETTINGS } from '@tessera/platform-service';
import { ADDRESS, type CampaignSettings } from './campaign.settings.js';

/** Message-IDs are made of the message's own number, so that all attempts, also those after a restore, carry the same. */
@Injectable()
export class MessageIds {
  private readonly domain: string;

  constructor(@Inject(SETTINGS) { from }: CampaignSettings) {
    this.domain = ADDRESS.exec(from)?.[1]?.split('@')[1] ?? 'localhost';
  }

  rfcMessageId(messageId: string): string {
    return `<${messageId}@${this.domain}>`;
  }
}
