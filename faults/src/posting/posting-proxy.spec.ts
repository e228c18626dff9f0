import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Moment, PostingProxy } from './posting-proxy.js';

const EVENTS = '/collector/v1/events';

describe('the proxy that strikes at moments of the posting', () => {
  let system: Server;
  let target: string;
  let answers: number;
  const proxies: PostingProxy<Moment>[] = [];

  beforeEach(async () => {
    answers = 0;
    system = createServer((request, response) => {
      answers += 1;
      request
        .resume()
        .once('end', () => setTimeout(() => response.writeHead(request.method === 'POST' ? 202 : 200).end('{}'), 30));
    }).listen(0, '127.0.0.1');
    await once(system, 'listening');
    target = `http://127.0.0.1:${(system.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    for (const proxy of proxies.splice(0)) await proxy.close().catch(() => undefined);
    system.closeAllConnections();
    system.close();
  });

  const proxyTo = async (moments: Moment[], strike: (moment: Moment, isPosting: boolean) => Promise<void>) => {
    const proxy = new PostingProxy({ target, eventsPath: EVENTS, moments, strike });
    proxies.push(proxy);
    return { proxy, url: await proxy.listen() };
  };
  const post = (url: string, count: number): Promise<Response> =>
    fetch(url + EVENTS, { method: 'POST', body: JSON.stringify(Array.from({ length: count }, () => ({}))) });

  it('strikes while the events it is due in are under way, and lets none pass before it is over', async () => {
    const struck: unknown[] = [];
    const { url } = await proxyTo([{ afterEvents: 15, delayMs: 0 }], async ({ afterEvents }, isPosting) => {
      await new Promise((resolve) => setTimeout(resolve, 100));
      struck.push([afterEvents, isPosting, answers]);
    });

    await post(url, 10);
    expect(struck).toEqual([]);
    await post(url, 10);
    await post(url, 10);

    expect(struck).toEqual([[15, true, 2]]);
    expect(answers).toBe(3);
  });

  it('strikes again for each attempt that the same events need, and in the end without any', async () => {
    let strikes = 0;
    const { proxy, url } = await proxyTo(
      [1, 2, 3].map((afterEvents) => ({ afterEvents, delayMs: 0 })),
      async () => {
        strikes += 1;
        if (strikes > 1) return;
        while (answers === 0) await new Promise((resolve) => setTimeout(resolve, 1));
        system.closeAllConnections();
      },
    );

    await expect(post(url, 10)).rejects.toThrow();
    expect((await post(url, 10)).status).toBe(202);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await proxy.close();

    expect(strikes).toBe(3);
  });

  it('passes everything else at any time', async () => {
    let end: () => void = () => undefined;
    const { url } = await proxyTo([{ afterEvents: 0, delayMs: 0 }], () => new Promise((resolve) => (end = resolve)));
    await post(url, 1);
    expect((await fetch(`${url}/ledger/v1/progress`)).status).toBe(200);
    end();
  });

  it('tells of a strike that failed', async () => {
    const { proxy, url } = await proxyTo([{ afterEvents: 0, delayMs: 0 }], () => Promise.reject(new Error('no')));
    await post(url, 1);
    await expect(proxy.close()).rejects.toThrow('no');
  });
});
