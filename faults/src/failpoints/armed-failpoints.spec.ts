import { ArmedFailpoints } from './armed-failpoints.js';
import type { Trap } from './orders.js';

const TRAP: Trap = { point: 'consumer.at-commit', skip: 0, act: 'kill', when: 'at-once' };

describe('armed failpoints', () => {
  let seen: string[];
  let failpoints: ArmedFailpoints;

  beforeEach(() => {
    seen = [];
    failpoints = new ArmedFailpoints({
      tell: (told) => void seen.push(told.kind),
      end: (act) => void seen.push(act),
    });
  });

  it('do nothing before they are armed, at other points and for other topics', () => {
    failpoints.reached('consumer.at-commit', { count: 1 });
    failpoints.obey({ kind: 'arm', trap: { ...TRAP, topic: 'a' } });
    failpoints.reached('consumer.after-commit', { topic: 'a', count: 1 });
    failpoints.reached('consumer.at-commit', { topic: 'b', count: 1 });
    expect(seen).toEqual(['obeyed']);
  });

  it('tell and end the process once, after the passings they were to let go', () => {
    failpoints.obey({ kind: 'arm', trap: { ...TRAP, skip: 2 } });
    for (let turn = 0; turn < 2; turn += 1) failpoints.reached('consumer.at-commit', { count: 1 });
    expect(seen).toEqual(['obeyed']);
    for (let turn = 0; turn < 2; turn += 1) failpoints.reached('consumer.at-commit', { count: 1 });
    expect(seen).toEqual(['obeyed', 'reached', 'kill']);
  });

  it('let what follows at once still be sent, if they are to', async () => {
    failpoints.obey({ kind: 'arm', trap: { ...TRAP, when: 'next-turn' } });
    failpoints.reached('consumer.at-commit', { count: 1 });
    await Promise.resolve().then(() => seen.push('sent'));
    await new Promise((resolve) => setImmediate(resolve));
    expect(seen).toEqual(['obeyed', 'sent', 'reached', 'kill']);
  });

  it('forget their trap when they are told to', () => {
    failpoints.obey({ kind: 'arm', trap: TRAP });
    failpoints.obey({ kind: 'disarm' });
    failpoints.reached('consumer.at-commit', { count: 1 });
    expect(seen).toEqual(['obeyed', 'obeyed']);
  });
});
