import { Controller } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import { programPublished, type ProgramPublished } from '@tessera/contracts';
import { type Batch, FromLog, ReferenceData } from '@tessera/platform-messaging';
import { Programs } from '@tessera/purchases';

/** A version of the program changes what is due to everybody: it raises the basis, and all members are settled in the background. */
@Controller()
export class OnProgramPublished {
  constructor(
    private readonly programs: Programs,
    private readonly referenceData: ReferenceData,
  ) {}

  @EventPattern<string>(programPublished.topic)
  async handle(@FromLog() batch: Batch<ProgramPublished>): Promise<void> {
    let isNew = false;
    for (const event of batch.events) {
      const outcome = await this.programs.store(batch.tx, event.data);
      if (outcome === 'new') isNew = true;
      if (outcome === 'conflict') {
        batch.refuse(event, {
          code: 'conflict',
          detail: `version ${event.data.version} of the program is another one`,
        });
      }
    }
    if (isNew) await this.referenceData.change(batch.tx);
  }
}
