import { ServerBackOff } from './server-back-off.js';

describe('a mail server that cannot be reached', () => {
  const unreachable = { kind: 'unreachable', code: 'econnrefused' } as const;
  let now = 0;
  const backOff = (): ServerBackOff => {
    now = 1_000;
    return new ServerBackOff(() => now);
  };

  it('is left alone, ever longer up to half a minute, and then asked with one message at a time', () => {
    const server = backOff();
    expect([server.atOnce(4), server.isDoubtful]).toEqual([4, false]);
    for (const pause of [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]) {
      expect(server.pauseMs).toBe(pause);
      server.note(unreachable);
      now += pause - 1;
      expect(server.atOnce(4)).toBe(0);
      now += 1;
      expect([server.atOnce(4), server.isDoubtful]).toEqual([1, true]);
    }
  });

  it.each([
    { kind: 'accepted' },
    { kind: 'refused', code: 'smtp-550' },
    { kind: 'deferred', code: 'smtp-451' },
  ] as const)('is trusted again at its first word (%j)', (outcome) => {
    const server = backOff();
    server.note(unreachable);
    server.note(outcome);

    expect([server.atOnce(4), server.isDoubtful, server.pauseMs]).toEqual([4, false, 500]);
  });

  it('is not judged by an attempt of which nobody knows how it ended', () => {
    const server = backOff();
    server.note({ kind: 'unknown' });
    expect(server.atOnce(4)).toBe(4);
    server.note(unreachable);
    server.note({ kind: 'unknown' });
    expect(server.atOnce(4)).toBe(0);
  });
});
