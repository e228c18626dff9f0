import { type Failpoint, Failpoints, type Passing } from '@tessera/platform-messaging';
import type { Order, Told, Trap } from './orders.js';

type Ends = Readonly<{
  tell(told: Told): void;
  end(act: Trap['act']): void;
}>;

/** Failpoints of a process that lives to be killed: one trap at a time, which springs once. */
export class ArmedFailpoints extends Failpoints {
  private trap: Trap | undefined;

  constructor(private readonly ends: Ends) {
    super();
  }

  obey(order: Order): void {
    this.trap = order.kind === 'arm' ? order.trap : undefined;
    this.ends.tell({ kind: 'obeyed' });
  }

  reached(point: Failpoint, passing: Passing): void {
    const { trap } = this;
    if (trap?.point !== point || (trap.topic !== undefined && trap.topic !== passing.topic)) return;
    if (trap.skip > 0) {
      this.trap = { ...trap, skip: trap.skip - 1 };
      return;
    }
    this.trap = undefined;
    const spring = (): void => {
      this.ends.tell({ kind: 'reached', point, passing });
      this.ends.end(trap.act);
    };
    if (trap.when === 'at-once') spring();
    else setImmediate(spring);
  }
}
