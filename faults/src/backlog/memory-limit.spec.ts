import { memoryLimit } from './memory-limit.js';

const MEBIBYTE = 1_048_576;
const values = (limit: string): string => `defaults:\n  resources:\n    limits: { memory: ${limit} }\n`;

describe('the limit of memory', () => {
  it('is what the chart states for all, or for the one', () => {
    const own = `${values('300Mi')}services:\n  ledger: { resources: { limits: { memory: 400Mi } } }\n`;

    expect(memoryLimit('campaign', own)).toBe(300 * MEBIBYTE);
    expect(memoryLimit('ledger', own)).toBe(400 * MEBIBYTE);
    expect(memoryLimit('ledger')).toBeGreaterThanOrEqual(256 * MEBIBYTE);
  });

  it('must be stated', () => {
    expect(() => memoryLimit('ledger', values('1Gi'))).toThrow('"1Gi"');
    expect(() => memoryLimit('ledger', 'defaults: {}')).toThrow('not stated');
  });
});
