import { setTimeout as sleep } from 'node:timers/promises';
import { createLogger } from './logger.js';
import { Shutdown } from './shutdown.js';

const never = (): Promise<void> => new Promise(() => undefined);

describe('Shutdown', () => {
  const lines: string[] = [];
  const logger = createLogger({ destination: { write: (line) => void lines.push(line) } });

  it('closes the last opened first, one after the other, and only once', async () => {
    const order: string[] = [];
    const shutdown = new Shutdown(logger, 5_000);
    const opened = (name: string) =>
      shutdown.opened(name, async () => {
        order.push(`${name} begins`);
        await sleep(5);
        order.push(`${name} ends`);
      });
    opened('database');
    opened('requests');
    await Promise.all([shutdown.run(), shutdown.run()]);
    await shutdown.run();
    expect(order).toEqual(['requests begins', 'requests ends', 'database begins', 'database ends']);
  });

  it('goes on after a step that fails or hangs, within the deadline, and says which it was', async () => {
    let isClosed = false;
    const shutdown = new Shutdown(logger, 400);
    shutdown.opened('database', async () => {
      isClosed = true;
    });
    shutdown.opened('consumers', () => Promise.reject(new Error('broken')));
    shutdown.opened('relay', () => {
      throw new Error('broken at once');
    });
    shutdown.opened('requests', never);
    const begun = performance.now();
    await shutdown.run();
    expect(performance.now() - begun).toBeLessThan(1_000);
    expect(isClosed).toBe(true);
    for (const step of ['requests', 'consumers', 'relay']) expect(lines.join()).toContain(`"step":"${step}"`);
  });
});
