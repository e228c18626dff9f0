import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { renderTopics, TOPICS_FILE } from './render.js';

const file = join(import.meta.dirname, '../..', TOPICS_FILE);
mkdirSync(dirname(file), { recursive: true });
writeFileSync(file, renderTopics());
process.stdout.write(`${TOPICS_FILE} is written\n`);
