import { Pace } from './pace.js';

describe('the pace of the posting', () => {
  let done: number;
  let pace: Pace;
  let isIdle: boolean;
  const passes = (events: number): Promise<boolean> =>
    Promise.race([pace.mayPass(events), new Promise<false>((resolve) => setTimeout(() => resolve(false), 200))]);

  beforeEach(() => {
    done = 0;
    isIdle = true;
    pace = new Pace(
      10,
      () => done,
      1_000,
      async () => isIdle,
    );
  });
  afterEach(() => pace.over());

  it('lets as many events pass as belong to the injections made and the next', async () => {
    expect(await passes(90)).toBe(true);
    expect(await passes(91)).toBe(false);
    done = 1;
    expect(await passes(180)).toBe(true);
    expect(await passes(181)).toBe(false);
  });

  it('says when the first events come', async () => {
    const turn = (): Promise<false> => new Promise((resolve) => setImmediate(() => resolve(false)));
    const hasBegun = (): Promise<boolean> => Promise.race([pace.begun.then(() => true), turn()]);
    expect(await hasBegun()).toBe(false);
    await pace.mayPass(1);
    expect(await hasBegun()).toBe(true);
  });

  it('keeps the last events back until all is over', async () => {
    done = 9;
    expect(await passes(901)).toBe(false);
    done = 10;
    expect(await passes(901)).toBe(false);
    pace.over();
    expect(await passes(1_000)).toBe(true);
  });

  it('feeds who waits for work once there is none', async () => {
    let end: () => void = () => undefined;
    const fed = pace.feeding(new Promise<void>((resolve) => (end = resolve)));
    isIdle = false;
    const fedLater = pace.mayPass(500);
    expect(await Promise.race([fedLater, new Promise((resolve) => setTimeout(() => resolve('waits'), 700))])).toBe(
      'waits',
    );
    isIdle = true;
    expect(await fedLater).toBe(true);
    expect(await passes(500)).toBe(false);
    end();
    await fed;
  });

  it('cuts the events so that some are left for each injection', () => {
    expect(pace.slice).toBe(45);
    expect(
      new Pace(
        1_000,
        () => 0,
        1_000,
        async () => true,
      ).slice,
    ).toBe(5);
    expect(
      new Pace(
        1,
        () => 0,
        100_000,
        async () => true,
      ).slice,
    ).toBe(1_000);
  });

  it('lets events pass evenly where injections take their time, some for each that is under way', async () => {
    const overMs = 20_000;
    pace.evenly({ overMs, atOnce: 2 });
    expect(pace.slice).toBe(12);
    expect(await passes(12)).toBe(true);
    expect(await passes(24)).toBe(false);
    await new Promise((resolve) => setTimeout(resolve, (overMs * 12) / 900));
    expect(await passes(180)).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, (overMs * 12) / 900));
    expect(await passes(181)).toBe(false);
  });
});
