import { Controller } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import { recommendationChanged, type RecommendationChanged } from '@tessera/contracts';
import { type Batch, FromLog, Subjects } from '@tessera/platform-messaging';
import { MembersRepository } from '../persistence/members.repository.js';

/** Only for templates to show: what the member may want next, best first. */
@Controller()
export class OnRecommendationChanged {
  constructor(
    private readonly subjects: Subjects,
    private readonly members: MembersRepository,
  ) {}

  @EventPattern<string>(recommendationChanged.topic)
  async handle(@FromLog() { tx, events }: Batch<RecommendationChanged>): Promise<void> {
    const told = events.map(({ data: { memberId, items } }) => ({
      memberId,
      items: items.map(({ sku, name }) => ({ sku, name: name ?? '' })),
    }));
    await this.subjects.lock(
      tx,
      told.map(({ memberId }) => memberId),
    );
    await this.members.storeItems(tx, told);
  }
}
