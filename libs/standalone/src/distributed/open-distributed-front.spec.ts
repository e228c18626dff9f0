import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type DistributedFront, openDistributedFront } from './open-distributed-front.js';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;
type FakeReplica = Readonly<{ url: string; asked: string[]; server: Server }>;

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const end = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });

async function aReplica(name: string, answer?: Answer): Promise<FakeReplica> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    if (answer) return answer(request, response);
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      response.writeHead(request.method === 'POST' ? 201 : 200, { 'x-from': name, 'content-type': 'text/plain' });
      response.end(`${request.headers.authorization ?? 'nobody'}: ${Buffer.concat(chunks).toString()}`);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => end(server));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, server };
}

async function aFront(...replicas: readonly FakeReplica[]): Promise<DistributedFront> {
  const front = await openDistributedFront({ host: '127.0.0.1', port: 0, names: ['ledger'], token: 'own' });
  closers.push(() => front.close());
  if (replicas.length > 0) {
    front.serve(
      'ledger',
      replicas.map(({ url }) => url),
    );
  }
  return front;
}

describe('the front over services of other processes', () => {
  it('hands requests to the replicas in turn, as they are', async () => {
    const [one, two] = [await aReplica('one'), await aReplica('two')];
    const { url } = await aFront(one, two);
    const from = new Set<string | null>();
    for (const text of ['a', 'ä'.repeat(100_000)]) {
      const answer = await fetch(`${url}/ledger/v1/quote?x=%20y`, {
        method: 'POST',
        body: text,
        headers: { authorization: 'Bearer t' },
      });
      expect([answer.status, await answer.text()]).toEqual([201, `Bearer t: ${text}`]);
      from.add(answer.headers.get('x-from'));
    }
    expect(from).toEqual(new Set(['one', 'two']));
    expect([...one.asked, ...two.asked]).toEqual(Array(2).fill('POST /ledger/v1/quote?x=%20y'));
  });

  it('asks another replica where one is away, but gives a body to one only', async () => {
    const [gone, there] = [await aReplica('gone'), await aReplica('there')];
    const { url } = await aFront(gone, there);
    await end(gone.server);
    for (let turn = 0; turn < 4; turn += 1) {
      expect((await fetch(`${url}/ledger/v1/books`)).headers.get('x-from')).toBe('there');
    }
    const statuses = [1, 2].map(() => fetch(`${url}/ledger/v1/quote`, { method: 'POST', body: 'x' }));
    expect((await Promise.all(statuses)).map(({ status }) => status).sort()).toEqual([201, 503]);
    expect(there.asked.filter((line) => line.startsWith('POST'))).toHaveLength(1);
  });

  it('is healthy when it has started and every replica is ready', async () => {
    let isReady = true;
    const replica = await aReplica('one', (_, response) => response.writeHead(isReady ? 200 : 503).end());
    const front = await aFront(replica, await aReplica('two'));
    const status = async () => (await fetch(`${front.url}/healthz`)).status;
    expect(await status()).toBe(503);
    front.started();
    expect(await status()).toBe(200);
    isReady = false;
    expect(await status()).toBe(503);
  });

  it('says of a service that is not there yet that it is starting', async () => {
    const { url } = await aFront();
    const answer = await fetch(`${url}/ledger/v1/books`);
    expect([answer.status, await answer.json()]).toMatchObject([503, { code: 'service-starting' }]);
  });

  it('joins the metrics of all replicas, each with its label', async () => {
    const text = '# HELP up x\n# TYPE up gauge\nup 1\n# HELP lag x\n# TYPE lag gauge\nlag{service="ledger"} 2\n';
    const replicas = [1, 2].map(() => aReplica('m', (_, response) => response.end(text)));
    const { url } = await aFront(...(await Promise.all(replicas)));
    const lines = (await (await fetch(`${url}/metrics`)).text()).split('\n');
    for (const number of [1, 2]) {
      expect(lines).toContain(`up{replica="${number}"} 1`);
      expect(lines).toContain(`lag{replica="${number}",service="ledger"} 2`);
    }
  });
});
