import { Controller } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import { behaviorRecorded, type BehaviorRecorded } from '@tessera/contracts';
import { type Batch, FromLog } from '@tessera/platform-messaging';
import { RecordBehavior } from '../record-behavior.js';

/** What a member looks at or puts into the cart rises in that member's list. */
@Controller()
export class OnBehaviorRecorded {
  constructor(private readonly recordBehavior: RecordBehavior) {}

  @EventPattern<string>(behaviorRecorded.topic)
  handle(@FromLog() batch: Batch<BehaviorRecorded>): Promise<void> {
    return this.recordBehavior.run(batch);
  }
}
