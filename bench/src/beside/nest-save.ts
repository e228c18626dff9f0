import 'reflect-metadata';
import { Controller, Inject, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { EventPattern, type MicroserviceOptions, Payload, Transport } from '@nestjs/microservices';
import { purchaseCreated, type PurchaseCreated } from '@tessera/contracts';
import { DataSource } from 'typeorm';
import { pointsOf, lotExpiryOf } from './points.js';
import { savedEntities, SavedEntry, SavedLot, SavedPurchase, SavedWallet } from './nest-save.tables.js';
import { type ConsumerSettings, ready, settingsOf } from './settings.js';

const { brokers, databaseUrl, group } = settingsOf<ConsumerSettings>();

@Controller()
class OnPurchaseCreated {
  constructor(@Inject(DataSource) private readonly dataSource: DataSource) {}

  @EventPattern<string>(purchaseCreated.topic)
  async handle(@Payload() purchase: PurchaseCreated): Promise<void> {
    const { purchaseId: purchase_id, memberId: member_id, totalMinor: total_minor, currency } = purchase;
    const occurred_at = new Date(purchase.purchasedAt);
    const points = pointsOf(total_minor);
    await this.dataSource.transaction(async (tx) => {
      const lines = purchase.lines ?? [];
      await tx.save(SavedPurchase, { purchase_id, member_id, purchased_at: occurred_at, currency, total_minor, lines });
      await tx.save(SavedEntry, { member_id, account: 'issued', amount: -points, purchase_id, occurred_at });
      await tx.save(SavedEntry, { member_id, account: 'active', amount: points, purchase_id, occurred_at });
      await tx.save(SavedLot, { member_id, purchase_id, expires_at: lotExpiryOf(occurred_at), active: points });
      const wallet = await tx.findOneBy(SavedWallet, { member_id });
      await tx.save(SavedWallet, { member_id, active: (wallet?.active ?? 0) + points });
    });
  }
}

@Module({
  controllers: [OnPurchaseCreated],
  providers: [
    {
      provide: DataSource,
      useFactory: () =>
        new DataSource({ type: 'postgres', url: databaseUrl, entities: savedEntities, poolSize: 20 }).initialize(),
    },
  ],
})
class SavingModule {}

const app = await NestFactory.createMicroservice<MicroserviceOptions>(SavingModule, {
  transport: Transport.KAFKA,
  logger: ['error'],
  options: {
    client: { brokers: [brokers], clientId: 'beside' },
    // Without a postfix Nest would add one of its own.
    postfixId: '',
    consumer: { groupId: group },
    subscribe: { fromBeginning: true },
  },
});
await app.listen();
ready(() => app.close());
