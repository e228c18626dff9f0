import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderTopics, TOPICS_FILE } from './render.js';

describe('the topics file', () => {
  it('is what the contracts give: deploy/topics/README.md says how to write it anew', () => {
    expect(readFileSync(join(import.meta.dirname, '../..', TOPICS_FILE), 'utf8')).toBe(renderTopics());
  });
});
