import { silentMeter } from '@tessera/demo';
import { ProgressGate } from './progress-gate.js';

describe('the gate on the progress of posting', () => {
  const gate = (): { meter: ProgressGate; passed: string[] } => ({ meter: new ProgressGate(silentMeter), passed: [] });
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  it('opens at its share of the events, not at that of the members', async () => {
    const { meter, passed } = gate();
    void meter.reached(0.5).then(() => passed.push('half'));
    meter.start('members', 10);
    meter.advance(10);
    meter.stop();
    await turn();
    expect(passed).toEqual([]);

    meter.start('events', 10);
    meter.advance(4);
    await turn();
    expect(passed).toEqual([]);
    meter.advance(1);
    await turn();
    expect(passed).toEqual(['half']);
  });

  it('holds nobody back when the run is over', async () => {
    const { meter, passed } = gate();
    void meter.reached(1).then(() => passed.push('end'));
    meter.release();
    await turn();
    expect(passed).toEqual(['end']);
    expect(meter.isOver).toBe(true);
  });
});
