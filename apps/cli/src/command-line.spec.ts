import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { SERVICES } from '@tessera/demo';
import { run } from './command-line.js';

type Answers = Record<string, [status: number, body: unknown]>;

describe('the command line', () => {
  let folder: string;
  let server: Server;
  let answers: Answers;
  let asked: { what: string; body: unknown; token: string | undefined }[];
  let out: string;
  let err: string;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tessera-cli-'));
    writeFileSync(join(folder, 'token'), 'secret\n');
    answers = {};
    asked = [];
    out = err = '';
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => ((out += String(text)), true));
    jest.spyOn(process.stderr, 'write').mockImplementation((text) => ((err += String(text)), true));
    server = createServer((request, response) => {
      const what = `${request.method} ${request.url}`;
      let text = '';
      request.on('data', (chunk) => (text += String(chunk)));
      request.on('end', () => {
        asked.push({ what, body: text ? JSON.parse(text) : undefined, token: request.headers.authorization });
        const [status, body] = answers[what] ?? [404, { code: 'not-found', detail: `nothing at ${what}` }];
        response.writeHead(status).end(body === undefined ? undefined : JSON.stringify(body));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true });
  });

  const file = (name: string, content: string): string => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  const url = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const bare = (...argv: string[]) => run(argv, (text) => (err += text));
  const tessera = (...argv: string[]) => bare(...argv, '--url', url(), '--token-file', join(folder, 'token'));

  it.each([
    ['--help'],
    ['demo', '--help'],
    ['dlq', '--help'],
    ['dlq', 'list', '--help'],
    ['members', 'import', '--help'],
  ])('explains itself: %s %s %s', async (...argv) => {
    expect(await bare(...argv.filter((word) => word !== undefined))).toBe(0);
    expect(out).toContain('Usage: tessera');
  });

  it.each([
    ['an unknown command', ['dance'], 'unknown command'],
    ['an unknown option', ['verify', '--loud'], 'unknown option'],
    ['a number that is none', ['demo', '--members', 'many'], 'whole number from 1'],
    ['a file without its preset', ['demo', '--file', 'x.csv'], '--file needs a --preset'],
    ['a preset without its file', ['demo', '--preset', 'uci-online-retail'], '--preset needs the --file'],
    ['a seed beside a file', ['demo', '--file', 'x', '--preset', 'uci-online-retail', '--seed', '1'], 'made-up shop'],
    ['a URL that is none', ['verify', '--url', 'nowhere'], 'nowhere is no URL'],
    [
      'a token file that is not there',
      ['verify', '--url', 'http://127.0.0.1:1', '--token-file', '/no/where'],
      'no token in',
    ],
  ])('answers %s with 2 and a sentence', async (_, argv, sentence) => {
    expect(await bare(...argv)).toBe(2);
    expect(err).toContain(sentence);
    expect(err).not.toMatch(/^ +at /m);
  });

  it('verifies the books, and says by its exit code when they do not balance', async () => {
    const check = { name: 'journal', holds: true, detail: 'sums to 0' };
    answers['GET /ledger/v1/books'] = [200, { balanced: true, checks: [check] }];
    expect(await tessera('verify', '--json', join(folder, 'books.json'))).toBe(0);
    expect(asked[0]?.token).toBe('Bearer secret');
    expect(JSON.parse(readFileSync(join(folder, 'books.json'), 'utf8'))).toEqual({ balanced: true, checks: [check] });

    answers['GET /ledger/v1/books'] = [200, { balanced: false, checks: [{ ...check, holds: false }] }];
    expect(await tessera('verify')).toBe(1);
    expect(out).toContain('BROKEN');
    expect(err).toContain('The books do not balance.');
  });

  it('says what the system answered, and when nothing answers, without a stack', async () => {
    answers['GET /ledger/v1/books'] = [403, { code: 'forbidden', detail: 'The token lacks the scope read' }];
    expect(await tessera('verify')).toBe(1);
    expect(err).toContain('Tessera said no: The token lacks the scope read (403).');

    expect(await bare('verify', '--url', 'http://127.0.0.1:1', '--token-file', join(folder, 'token'))).toBe(1);
    expect(err).toContain('Tessera does not answer.');
    expect(err).not.toMatch(/^ +at /m);
  });

  it('lists dead letters over all pages of all services', async () => {
    const letter = (id: string) => ({
      id,
      topic: 't',
      partition: 0,
      offset: 1,
      key: 'm',
      code: 'conflict',
      detail: 'd',
      attempts: 1,
    });
    const path = (service: string, more = '') => `GET /${service}/v1/admin/dead-letters?status=open&limit=${more}`;
    answers[path('membership', '100')] = [200, { items: [], nextCursor: null }];
    answers[path('ledger', '100')] = [200, { items: [letter('a')], nextCursor: 'next' }];
    answers[path('ledger', '99&cursor=next')] = [200, { items: [letter('b')], nextCursor: null }];
    answers[path('segmentation', '100')] = [200, { items: [letter('c')], nextCursor: null }];
    for (const service of ['recommendation', 'campaign']) {
      answers[path(service, '100')] = [200, { items: [], nextCursor: null }];
    }

    expect(await tessera('dlq', 'list', '--json', '-')).toBe(0);
    expect((JSON.parse(out) as { id: string; service: string }[]).map(({ id, service }) => [service, id])).toEqual([
      ['ledger', 'a'],
      ['ledger', 'b'],
      ['segmentation', 'c'],
    ]);
  });

  it('replays dead letters by id, whichever service has them, and counts those that failed', async () => {
    answers['GET /ledger/v1/admin/dead-letters/a'] = [200, { id: 'a' }];
    answers['GET /segmentation/v1/admin/dead-letters/b'] = [200, { id: 'b' }];
    answers['POST /ledger/v1/admin/dead-letters/a/replay'] = [204, undefined];
    answers['POST /segmentation/v1/admin/dead-letters/b/replay'] = [
      409,
      { code: 'still-refused', detail: 'still refused' },
    ];

    expect(await tessera('dlq', 'replay', 'a')).toBe(0);
    expect(await tessera('dlq', 'replay', 'a', 'b', 'c')).toBe(1);
    expect(out).toMatch(/b \W+segmentation \W+NOT done \W+still refused \(409\)/);
    expect(out).toContain('no service has it');
    expect(err).toContain('2 of 3 could not be done.');
  });

  it('adopts a log for every service, but only on a clear word', async () => {
    for (const service of SERVICES) {
      answers[`POST /${service}/v1/admin/log/adopt`] = [200, { clusterId: 'log-2', partitions: 4 }];
    }
    expect(await tessera('log', 'adopt')).toBe(2);
    expect(asked).toEqual([]);

    expect(await tessera('log', 'adopt', '--yes', '--json', '-')).toBe(0);
    expect((JSON.parse(out) as { service: string }[]).map(({ service }) => service)).toEqual(SERVICES);
  });

  it('imports members once each, or only looks', async () => {
    const csv = file('members.csv', 'name,memberId\nAda,m1\nBob,m2\nAda,m1\n');
    answers['POST /membership/v1/members/import'] = [200, { results: [{ status: 'created' }, { status: 'known' }] }];

    expect(await tessera('members', 'import', csv, '--dry-run')).toBe(0);
    expect(asked).toEqual([]);
    expect(out).toContain('2 members (1 repeated)');

    expect(await tessera('members', 'import', csv)).toBe(0);
    expect(asked[0]?.body).toEqual({ members: [{ memberId: 'm1' }, { memberId: 'm2' }] });
    expect(out).toContain('1 registered, 1 known already, 0 refused.');
  });

  it.each([
    ['memberId\na@b.c\n', 'line 2: "a@b.c" must be'],
    ['id\n1\n', 'no column memberId'],
    ['memberId,name\n1\n', 'Invalid Record Length'],
  ])('refuses a bad file of members (%j)', async (content, sentence) => {
    expect(await tessera('members', 'import', file('members.csv', content))).toBe(2);
    expect(err).toContain(sentence);
    expect(asked).toEqual([]);
  });

  it('publishes a program as the next version, or only says what it would change', async () => {
    const current = {
      ...{
        version: 1,
        inForceFrom: null,
        currency: 'EUR',
        timeZone: 'UTC',
        rate: 100,
        rounding: 'floor',
        lotMonths: 24,
      },
      ...{ tierWindowDays: 365, tiers: [{ tier: 'basic', fromMinor: 0, multiplier: 100, priceFactor: 100 }] },
    };
    answers['GET /membership/v1/programs/current'] = [200, current];
    answers['POST /membership/v1/programs'] = [201, { ...current, version: 2 }];
    const next = file('program.json', JSON.stringify({ ...current, rate: 150, inForceFrom: '2026-01-01T00:00:00Z' }));

    expect(await tessera('program', 'publish', next, '--dry-run')).toBe(0);
    expect(out).toContain('Other than in force: inForceFrom, rate.');
    expect(asked.map(({ what }) => what)).toEqual(['GET /membership/v1/programs/current']);

    expect(await tessera('program', 'publish', next)).toBe(0);
    expect(asked.at(-1)?.body).toMatchObject({ rate: 150, inForceFrom: '2026-01-01T00:00:00.000Z' });
    expect(asked.at(-1)?.body).not.toHaveProperty('version');
    expect(out).toContain('Published as version 2');

    expect(await tessera('program', 'publish', file('bad.json', '{"rate": "much"}'))).toBe(2);
    expect(err).toContain('rate');
  });
});
