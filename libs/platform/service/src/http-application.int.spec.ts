import { scratchDatabase } from '@tessera/platform-testing';
import { MadeUpService, problemOf } from './made-up-service.features.js';

describe('what stands before a controller', () => {
  let madeUp: MadeUpService;

  beforeAll(async () => {
    madeUp = await MadeUpService.start();
  });

  afterAll(() => madeUp.close());

  describe('tokens', () => {
    it.each([
      ['no token', null, 401, 'token-missing'],
      ['a token nobody gave', 'stranger', 401, 'token-unknown'],
      ['a token without the scope', 'writer', 403, 'scope-missing'],
    ])('turns %s away', async (_case, token, status, code) => {
      const response = await madeUp.get('/things', token);
      expect(response.status).toBe(status);
      expect(response.headers.get('www-authenticate')).toMatch(/^Bearer realm="tessera"/);
      expect(await problemOf(response)).toMatchObject({ code });
    });

    it.each(['Basic YWxsOmFsbA==', 'Bearer', 'Bearer ', 'all', 'Bearer all all'])(
      'does not take %j',
      async (header) => {
        const response = await madeUp.call('/segmentation/v1/things', {
          token: null,
          headers: { authorization: header },
        });
        expect(response.status).toBe(401);
      },
    );

    it('asks for read to read, write to change, admin for admin, and for nothing where it is public', async () => {
      expect((await madeUp.get('/things', 'reader')).status).toBe(200);
      expect((await madeUp.post('/things/plain', { name: 'a', size: 1 }, {}, 'reader')).status).toBe(403);
      expect((await madeUp.post('/things/plain', { name: 'a', size: 1 }, {}, 'writer')).status).toBe(201);
      expect((await madeUp.get('/things/secret', 'reader')).status).toBe(403);
      expect((await madeUp.get('/things/secret')).status).toBe(200);
      expect((await madeUp.get('/admin/dead-letters', 'reader')).status).toBe(403);
      expect((await madeUp.get('/things/open', null)).status).toBe(200);
    });

    it('turns strangers away before it reads what they send', async () => {
      const response = await madeUp.post('/things', '{"name": ', {}, 'stranger');
      expect(response.status).toBe(401);
    });

    it('knows a route also by another spelling of it', async () => {
      const response = await madeUp.call('/%73egmentation/v1/things/plain', { method: 'POST', token: null, body: '{' });
      expect(await problemOf(response)).toMatchObject({ status: 401, code: 'token-missing' });
    });

    it('does not tell strangers which routes there are', async () => {
      expect((await madeUp.get('/nothing', null)).status).toBe(401);
    });
  });

  describe('problems', () => {
    it('lists every issue of a body', async () => {
      const response = await madeUp.post(
        '/things',
        { name: '', size: 0.5, colour: 'red' },
        { 'idempotency-key': 'k0' },
      );
      expect(response.status).toBe(400);
      const { code, issues } = await problemOf(response);
      expect(code).toBe('request-invalid');
      expect((issues as { path: string }[]).map(({ path }) => path).sort()).toEqual(['', 'name', 'size']);
    });

    it.each(['limit=0', 'limit=501', 'limit=ten', 'limit=1&limit=2', 'limit[a]=1&cursor=a&cursor=b'])(
      'refuses ?%s',
      async (query) => {
        const response = await madeUp.get(`/things?${query}`);
        expect(response.status).toBe(400);
        expect(await problemOf(response)).toMatchObject({ code: 'request-invalid' });
      },
    );

    it.each([
      ['a body that is no JSON', '{"name": ', 'application/json', 400, 'json-invalid'],
      ['a body that poisons prototypes', '{"__proto__": {"a": 1}}', 'application/json', 400, 'json-invalid'],
      ['a body that is not the shape', '[]', 'application/json', 400, 'request-invalid'],
      ['another media type', 'name=a', 'application/x-www-form-urlencoded', 415, 'media-type-unsupported'],
      ['text', 'hello', 'text/plain', 415, 'media-type-unsupported'],
      ['more than it takes', `"${'x'.repeat(1024 * 1024)}"`, 'application/json', 413, 'body-too-large'],
    ])('refuses %s', async (_case, body, type, status, code) => {
      const response = await madeUp.post('/things/plain', body, { 'content-type': type });
      expect(response.status).toBe(status);
      expect(await problemOf(response)).toMatchObject({ code });
    });

    it('takes a body of no bytes for none', async () => {
      const response = await madeUp.post('/things/plain', '');
      expect([response.status, await response.json()]).toEqual([201, { body: null }]);
    });

    it.each([
      ['/things/abcd', 400, 'request-invalid'],
      ['/things/abc', 404, 'thing-unknown'],
      ['/nothing', 404, 'not-found'],
      ['/%', 400, 'url-invalid'],
    ])('answers %s with %i', async (path, status, code) => {
      const response = await madeUp.get(path);
      expect(response.status).toBe(status);
      expect(await problemOf(response)).toMatchObject({ code });
    });

    it('tells nothing of a defect but where the log has it', async () => {
      const response = await madeUp.get('/things/broken');
      expect(response.status).toBe(500);
      const problem = await problemOf(response);
      expect(JSON.stringify(problem)).not.toContain('fire');
      const requestId = String(problem['instance']).replace('urn:uuid:', '');
      const line = madeUp.lines.find((each) => each.includes(requestId) && each.includes('request failed')) ?? '{}';
      expect(JSON.parse(line)).toMatchObject({
        service: 'segmentation',
        level: 'error',
        requestId,
        err: { message: 'the house is on fire' },
      });
    });
  });

  it('answers a repeated write with the first answer, over HTTP', async () => {
    expect(await problemOf(await madeUp.post('/things', { name: 'a', size: 1 }))).toMatchObject({
      status: 400,
      code: 'idempotency-key-missing',
    });
    const first = await madeUp.post('/things', { name: 'a', size: 1 }, { 'idempotency-key': 'k1' });
    const again = await madeUp.post('/things', { size: 1, name: 'a' }, { 'idempotency-key': 'k1' });
    expect([again.status, await again.text()]).toEqual([201, await first.text()]);
    const other = await madeUp.post('/things', { name: 'b', size: 1 }, { 'idempotency-key': 'k1' });
    expect(await problemOf(other)).toMatchObject({ status: 409, code: 'idempotency-key-reused' });
  });

  it('limits what one token may send, and tells when to go on', async () => {
    const other = await scratchDatabase();
    const limited = await madeUp.another(
      { databaseUrl: other.url, http: { rateLimit: { max: 2, windowMs: 60_000 } } },
      { name: 'campaign' },
    );
    const ask = (token: string) =>
      fetch(`${limited.url}/campaign/v1/things`, { headers: { authorization: `Bearer ${token}` } });
    try {
      expect([(await ask('all')).status, (await ask('all')).status]).toEqual([200, 200]);
      const refused = await ask('all');
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(await problemOf(refused)).toMatchObject({ status: 429, code: 'rate-limit-exceeded' });
      expect((await ask('reader')).status).toBe(200);
      for (let n = 0; n < 5; n += 1) expect((await fetch(`${limited.url}/healthz`)).status).toBe(200);
    } finally {
      await limited.close();
      await other.drop();
    }
  });
});
