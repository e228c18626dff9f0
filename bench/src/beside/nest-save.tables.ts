import { Column, DataSource, Entity, PrimaryColumn, PrimaryGeneratedColumn } from 'typeorm';

/** The five things that a purchase leaves behind, as one writes them with TypeORM who has no reason to do otherwise. */
@Entity('purchases')
export class SavedPurchase {
  @PrimaryColumn('text') purchase_id!: string;
  @Column('text') member_id!: string;
  @Column('timestamptz') purchased_at!: Date;
  @Column('text') currency!: string;
  @Column('int') total_minor!: number;
  @Column('jsonb') lines!: object;
}

@Entity('entries')
export class SavedEntry {
  @PrimaryGeneratedColumn('identity') entry_id!: number;
  @Column('text') member_id!: string;
  @Column('text') account!: string;
  @Column('int') amount!: number;
  @Column('text') purchase_id!: string;
  @Column('timestamptz') occurred_at!: Date;
}

@Entity('lots')
export class SavedLot {
  @PrimaryGeneratedColumn('identity') lot_id!: number;
  @Column('text') member_id!: string;
  @Column('text') purchase_id!: string;
  @Column('timestamptz') expires_at!: Date;
  @Column('int') active!: number;
}

@Entity('wallets')
export class SavedWallet {
  @PrimaryColumn('text') member_id!: string;
  @Column('int') active!: number;
}

export const savedEntities = [SavedPurchase, SavedEntry, SavedLot, SavedWallet];

export async function saveTables(url: string): Promise<void> {
  const dataSource = await new DataSource({
    type: 'postgres',
    url,
    entities: savedEntities,
    synchronize: true,
  }).initialize();
  await dataSource.destroy();
}
