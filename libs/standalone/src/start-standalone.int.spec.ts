import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeDataFolder } from '@tessera/platform-database/embedded';
import { createLogger } from '@tessera/platform-service';
import { createTransport } from 'nodemailer';
import { FakeServices } from './fake-services.features.js';
import { type Standalone, type StandaloneOptions, startStandalone } from './start-standalone.js';

describe('standalone', () => {
  const running: Standalone[] = [];
  let dataDir: string;
  let fakes: FakeServices;

  const start = async (more: Partial<StandaloneOptions> = {}): Promise<Standalone> => {
    const standalone = await startStandalone({
      dataDir,
      port: 0,
      host: '127.0.0.1',
      logger: createLogger({ level: 'silent' }),
      services: fakes.definitions,
      startService: fakes.start,
      ...more,
    });
    running.push(standalone);
    return standalone;
  };
  const killDatabase = (): void => {
    process.kill(Number(readFileSync(join(dataDir, 'postgres/postmaster.pid'), 'utf8').split('\n')[0]), 'SIGKILL');
  };
  const bodyOf = async (url: string): Promise<Record<string, unknown>> =>
    (await (await fetch(url)).json()) as Record<string, unknown>;

  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'tessera-standalone-'));
    fakes = new FakeServices();
  });
  afterEach(async () => {
    for (const standalone of running.splice(0)) await standalone.close();
    await removeDataFolder(dataDir);
  });

  it('routes by service and answers for the whole at its own paths', async () => {
    const { url } = await start();

    expect(await bodyOf(`${url}/collector/v1/events?x=1`)).toEqual({
      service: 'collector',
      route: 'GET /collector/v1/events?x=1',
    });
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(metrics.match(/# TYPE up gauge/g)).toHaveLength(1);
    expect(metrics).toContain('up{service="collector"} 1\nup{service="membership"} 1');
    const nowhere = await fetch(`${url}/nowhere`);
    expect(nowhere.status).toBe(404);
    expect(nowhere.headers.get('content-type')).toBe('application/problem+json');
  });

  it('shows what runs: a page with all its files, and its figures as JSON', async () => {
    const { url } = await start();

    const page = await (await fetch(url)).text();
    const links = [...page.matchAll(/(?:href|src)="(\/status\.[^"]+)"/g)].map(([, path]) => path);
    expect(links).toEqual(expect.arrayContaining(['/status.css', '/status.js', '/status.json']));
    for (const path of links) expect((await fetch(url + path)).status).toBe(200);
    expect(await bodyOf(`${url}/status.json`)).toMatchObject({
      state: 'ready',
      currency: 'EUR',
      services: [
        { name: 'collector', state: 'ready', progress: null, docs: '/collector/v1/docs' },
        { name: 'membership', state: 'ready', progress: { handled: 7 } },
      ],
      totals: { members: 2, tiers: { basic: 2 }, points: null, segments: null, messages: null },
    });
  });

  it('has a mailbox: what it has taken is there after the database was killed', async () => {
    const first = await start();
    const transport = createTransport({ url: first.smtpUrl });
    await transport.sendMail({ from: 'a@b.test', to: 'c@d.test', messageId: '<1@test>', text: 'Hello' });
    killDatabase();
    await first.close();

    const { url, token } = await start();
    expect((await fetch(`${url}/mailbox`)).status).toBe(200);
    expect((await fetch(`${url}/mailbox.json`)).status).toBe(401);
    const mails = await fetch(`${url}/mailbox.json`, { headers: { authorization: `Bearer ${token}` } });
    expect(await mails.json()).toMatchObject({ items: [{ messageId: '<1@test>', to: 'c@d.test', copies: 1 }] });
  });

  it('tells services where mail goes, and the same contact keys at each start', async () => {
    const settings = async () => {
      const standalone = await start();
      await standalone.close();
      return fakes.started.get('membership')?.settings as { smtpUrl: string; contactKeys: { id: string }[] };
    };
    const [first, second] = [await settings(), await settings()];

    expect(first.smtpUrl).toMatch(/^smtp:\/\/127\.0\.0\.1:\d+$/);
    expect(first.contactKeys).toHaveLength(1);
    expect(second.contactKeys).toEqual(first.contactKeys);
  });

  it('is healthy only while every service is ready', async () => {
    const { url } = await start();
    fakes.behaviour.ready = false;
    expect((await fetch(`${url}/healthz`)).status).toBe(503);
  });

  it('makes a token once, for its owner alone, and lets services know only its digest', async () => {
    const first = await start();
    await first.close();
    const second = await start();

    expect(second.token).toBe(first.token);
    expect(readFileSync(first.tokenFile, 'utf8')).toBe(`${first.token}\n`);
    expect(statSync(first.tokenFile).mode & 0o777).toBe(0o600);
    expect(JSON.stringify(fakes.started.get('membership')?.tokens)).not.toContain(first.token);
  });

  it('publishes the default program where there is none, and only there', async () => {
    await (await start({ currency: 'GBP' })).close();
    await start();
    expect(fakes.programs).toEqual([expect.objectContaining({ currency: 'GBP', rate: 100, inForceFrom: null })]);
  });

  it('keeps the currency of the data folder', async () => {
    await (await start({ currency: 'JPY' })).close();
    await expect(start({ currency: 'EUR' })).rejects.toMatchObject({ code: 'currency-conflict' });
    expect((await start()).currency).toBe('JPY');
  });

  it.each(['DM', 'eur', ''])('refuses the currency "%s"', async (currency) => {
    await expect(start({ currency })).rejects.toMatchObject({ code: 'currency-unknown' });
    expect(existsSync(join(dataDir, 'settings.json'))).toBe(false);
  });

  it('says which port is taken, before it touches the data folder', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const { port } = holder.address() as { port: number };
    try {
      await expect(start({ port })).rejects.toThrow(new RegExp(`Port ${port} .* --port ${port + 1}`));
      expect(existsSync(join(dataDir, 'postgres'))).toBe(false);
    } finally {
      holder.close();
    }
  });

  it('refuses a second start on the same data', async () => {
    await start();
    await expect(start()).rejects.toMatchObject({ code: 'data-folder-in-use', ownerPid: process.pid });
    expect(fakes.closed).toEqual([]);
  });

  it('closes what was opened when a service does not start, and names it', async () => {
    fakes.behaviour.failsToStart = 'membership';
    await expect(start()).rejects.toThrow(/membership did not start: membership has a bad day/);
    expect(fakes.closed).toEqual(['collector']);

    delete fakes.behaviour.failsToStart;
    await start();
  });

  it('says so when the database ends by itself', async () => {
    const standalone = await start();
    killDatabase();
    expect((await standalone.failed).message).toContain('postgres.log');
  });

  it('closes once, however often it is told to', async () => {
    const standalone = await start();
    await Promise.all([standalone.close(), standalone.close()]);
    expect(fakes.closed).toHaveLength(2);
    await expect(fetch(`${standalone.url}/healthz`)).rejects.toThrow();
    expect(existsSync(join(dataDir, 'lock'))).toBe(false);
  });
});
