import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('members')
export class MemberEntity {
  @PrimaryColumn({ name: 'member_id', type: 'text' })
  memberId: string;

  @Column({ name: 'registered_at', type: 'timestamptz' })
  registeredAt: Date;
}
