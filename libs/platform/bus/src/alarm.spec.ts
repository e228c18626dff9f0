import { Alarm } from './alarm.js';

describe('an alarm', () => {
  it('wakes a sleeper', async () => {
    const alarm = new Alarm();
    const slept = alarm.sleep(Infinity);
    alarm.ring();
    await slept;
  });

  it('keeps a ring for the next sleep, once', async () => {
    const alarm = new Alarm();
    alarm.ring();
    alarm.ring();
    await alarm.sleep(Infinity);

    let woken = false;
    const slept = alarm.sleep(Infinity).then(() => (woken = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect(woken).toBe(false);
    alarm.ring();
    await slept;
  });

  it('ends without a ring after the time', async () => {
    await new Alarm().sleep(1);
  });
});
