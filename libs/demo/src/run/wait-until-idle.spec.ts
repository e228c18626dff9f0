import type { Progress } from './system.js';
import { waitUntilIdle } from './wait-until-idle.js';

const progress = (service: string, more: Partial<Progress> = {}): Progress => ({
  service,
  handled: 10,
  lag: 0,
  outbox: 0,
  work: 0,
  parked: [],
  deadLetters: 0,
  exitsAppliedUntil: '2026-01-01T00:00:00.000Z',
  nextExit: null,
  ...more,
});

/** Reads the scripted readings one after the other, and the last for ever. */
function scripted(...readings: Progress[][]) {
  let reads = 0;
  const read = () => Promise.resolve(readings[Math.min(reads++, readings.length - 1)] ?? []);
  return { read, reads: () => reads };
}

describe('waiting until idle', () => {
  const patience = { everyMs: 1, stuckMs: 60 };

  it('takes two readings in a row without work and with equal counts', async () => {
    const { read, reads } = scripted(
      [progress('ledger')],
      [progress('ledger', { handled: 11 })],
      [progress('ledger', { handled: 11, outbox: 1 })],
      [progress('ledger', { handled: 11 })],
      [progress('ledger', { handled: 11 })],
    );

    const { progress: last } = await waitUntilIdle(read, patience);

    expect(reads()).toBe(5);
    expect(last).toEqual([progress('ledger', { handled: 11 })]);
  });

  it('does not wait for parked facts or dead letters', async () => {
    const parked = [{ waitsFor: 'registration', count: 3, oldestAt: '2026-01-01T00:00:00.000Z' }];

    await expect(
      waitUntilIdle(scripted([progress('ledger', { parked, deadLetters: 2 })]).read, patience),
    ).resolves.toBeDefined();
  });

  it('gives up when nothing moves, and names the service that has work', async () => {
    const { read } = scripted([progress('membership'), progress('ledger', { lag: 4, work: 2 })]);

    await expect(waitUntilIdle(read, patience)).rejects.toThrow(
      'still with work: ledger (lag 4, outbox 0, members due 2)',
    );
  });

  it('is patient as long as something moves', async () => {
    let lag = 60;
    const read = () => Promise.resolve([progress('ledger', { lag: (lag = Math.max(0, lag - 1)) })]);

    await expect(waitUntilIdle(read, { everyMs: 2, stuckMs: 30 })).resolves.toBeDefined();
  });
});
