import { memoryLimit } from './memory-limit.js';

const values = (limit: string): string => `defaults:\n  resources:\n    limits: { memory: ${limit} }\n`;

describe('the limit of memory', () => {
  it('is what the chart states', () => {
    expect(memoryLimit(values('300Mi'))).toBe(300 * 1_048_576);
    expect(memoryLimit()).toBeGreaterThanOrEqual(256 * 1_048_576);
  });

  it('must be stated', () => {
    expect(() => memoryLimit(values('1Gi'))).toThrow('"1Gi"');
    expect(() => memoryLimit('defaults: {}')).toThrow('not stated');
  });
});
