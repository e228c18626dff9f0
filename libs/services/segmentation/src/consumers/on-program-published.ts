import { Controller } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import { programPublished, type ProgramPublished } from '@tessera/contracts';
import { type Batch, FromLog, ReferenceData } from '@tessera/platform-messaging';
import { Programs } from '@tessera/purchases';

/** A program gives the currency of sums: purchases that waited for it then count, which the refresh loop sees to member by member. */
@Controller()
export class OnProgramPublished {
  constructor(
    private readonly programs: Programs,
    private readonly referenceData: ReferenceData,
  ) {}

  @EventPattern<string>(programPublished.topic)
  async handle(@FromLog() { tx, events, refuse }: Batch<ProgramPublished>): Promise<void> {
    let isNew = false;
    for (const event of events) {
      const outcome = await this.programs.store(tx, event.data);
      isNew ||= outcome === 'new';
      if (outcome === 'conflict') {
        const detail = `version ${event.data.version} of the program was published before with other content, which stands`;
        refuse(event, { code: 'conflict', detail });
      }
    }
    if (isNew) await this.referenceData.change(tx);
  }
}
