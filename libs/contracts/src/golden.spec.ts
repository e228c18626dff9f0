import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { contractFor, contracts } from './catalogue.js';
import { decode } from './cloud-events.js';

type Golden = { topic: string; key: string; headers: Record<string, string>; value: unknown };

const folder = join(import.meta.dirname, '../golden');
const read = (file: string): Golden => JSON.parse(readFileSync(join(folder, file), 'utf8')) as Golden;

/** Messages that are on somebody's log already: a change that breaks one of them breaks a deployment. */
describe('golden messages', () => {
  const files = readdirSync(folder);

  it.each(contracts)('there is one of $topic', ({ topic, version }) => {
    expect(files).toContain(`${topic}.v${version}.json`);
  });

  it.each(files)('%s is read as it was recorded', (file) => {
    const { topic, key, headers, value } = read(file);
    const bytes = new TextEncoder().encode(JSON.stringify(value));

    const decoded = decode({ topic, key, headers, value: bytes, appendedAt: new Date(0), partition: 0, offset: 0 });

    if (!decoded.ok) throw new Error(decoded.detail);
    expect([decoded.event.id, decoded.event.source]).toEqual([headers['ce_id'], headers['ce_source']]);
    expect(decoded.event.subject).toBe(headers['ce_subject']);
    expect(contractFor(topic)?.parse(decoded.event.data)).toEqual({ ok: true, data: value });
    expect(contractFor(topic)?.key(value)).toBe(key);
  });
});
