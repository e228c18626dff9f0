import type { Passing } from '@tessera/platform-messaging';
import type { ServiceProcess } from '../fleet/service-process.js';
import type { Stage } from '../stage.js';
import { Hunt } from './hunt.js';
import type { Trap } from './orders.js';

const TRAP: Trap = { point: 'outbox.added', skip: 0, act: 'freeze', when: 'at-once' };

/** A process that comes to its trap when it is told to, and notes what is done to it. */
class Prey {
  readonly done: string[] = [];
  private spring: (passing?: Passing) => void = () => undefined;

  arm(): Promise<{ sprung: Promise<Passing | undefined> }> {
    const sprung = new Promise<Passing | undefined>((resolve) => (this.spring = resolve));
    return Promise.resolve({ sprung });
  }

  come(): void {
    this.spring({ count: 1 });
  }

  async disarm(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 5));
    this.spring();
  }

  wake(): void {
    this.done.push('woken');
  }
}

describe('a hunt', () => {
  let hunt: Hunt;
  const among = (...prey: readonly Prey[]) => hunt.catch(prey as unknown as ServiceProcess[], TRAP);

  beforeEach(() => {
    const pace = { feeding: <T>(waiting: Promise<T>) => waiting };
    hunt = new Hunt({ options: { injections: 1, say: () => undefined }, pace } as unknown as Stage);
  });

  it('catches the first of several, and lets those behind it go on', async () => {
    const [one, other] = [new Prey(), new Prey()];
    const catching = among(one, other);
    await new Promise((resolve) => setTimeout(resolve));
    one.come();
    other.come();
    expect(await catching).toMatchObject({ victim: one, passing: { count: 1 }, isPlanned: true });
    expect([one.done, other.done]).toEqual([[], ['woken']]);
    expect(hunt.isOver).toBe(true);
  });

  it('plans no more than there are injections, also when more come at the same moment', async () => {
    const prey = Array.from({ length: 3 }, () => [new Prey(), new Prey()]);
    const catching = Promise.all(prey.map((replicas) => among(...replicas)));
    await new Promise((resolve) => setTimeout(resolve));
    for (const [one] of prey) one?.come();
    expect((await catching).filter((caught) => caught?.isPlanned)).toHaveLength(1);
  });

  it('ends for all when enough are caught', async () => {
    const [caught, left] = [new Prey(), new Prey()];
    const both = Promise.all([among(caught), among(left)]);
    await new Promise((resolve) => setTimeout(resolve));
    caught.come();
    expect((await both)[1]).toBeUndefined();
  });
});
