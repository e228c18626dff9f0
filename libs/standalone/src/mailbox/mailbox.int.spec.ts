import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tokenFrom } from '@tessera/platform-auth';
import { createLogger } from '@tessera/platform-service';
import { type ScratchDatabase, scratchDatabase } from '@tessera/platform-testing';
import { createTransport, type SendMailOptions } from 'nodemailer';
import pg from 'pg';
import { MAIL_BYTES_MAX } from './mail-receiver.js';
import { isMailboxPath } from './mailbox-routes.js';
import { type Mailbox, openMailbox } from './open-mailbox.js';

type Mail = Record<'mailId' | 'messageId' | 'to' | 'from' | 'subject' | 'receivedAt', string> & { copies: number };
type Page = { items: Mail[]; nextCursor: string | null; forgotten: number };

describe('the mailbox', () => {
  let database: ScratchDatabase;
  let mailbox: Mailbox;
  let server: Server;

  const open = (mailsMax?: number): Promise<Mailbox> =>
    openMailbox({
      databaseUrl: database.url,
      tokens: [
        tokenFrom('secret', { name: 'operator', scopes: ['write'] }),
        tokenFrom('reader', { name: 'dashboard', scopes: ['read'] }),
      ],
      logger: createLogger({ level: 'silent' }),
      ...(mailsMax && { mailsMax }),
    });
  const mail = async (options: SendMailOptions) => {
    const transport = createTransport({ url: mailbox.smtpUrl });
    try {
      return await transport.sendMail({ from: 'shop@example.test', to: 'ada@example.test', text: 'Hello', ...options });
    } finally {
      transport.close();
    }
  };
  const get = (path: string, token: string | null = 'secret') =>
    fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`, {
      headers: token === null ? {} : { authorization: `Bearer ${token}` },
    });
  const read = async <Body>(path: string) => (await (await get(path)).json()) as Body;
  const list = (query = '') => read<Page>(`/mailbox.json${query}`);

  beforeEach(async () => {
    database = await scratchDatabase();
    mailbox = await open();
    server = createServer((request, response) => void mailbox.handle(request, response)).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(async () => {
    server.closeAllConnections();
    server.close();
    await mailbox.close();
    await database.drop();
  });

  it('keeps what is sent to it, the newest first, and shows who got what', async () => {
    await mail({ messageId: '<1@test>', subject: 'Grüße' });
    await mail({ messageId: '<2@test>', subject: 'Two', to: ['Bob <BOB@example.test>', 'ada@example.test'] });

    const { items, nextCursor, forgotten } = await list();
    expect(items.map(({ messageId, to, subject, copies }) => [messageId, to, subject, copies])).toEqual([
      ['<2@test>', 'bob@example.test', 'Two', 1],
      ['<2@test>', 'ada@example.test', 'Two', 1],
      ['<1@test>', 'ada@example.test', 'Grüße', 1],
    ]);
    expect([nextCursor, forgotten]).toEqual([null, 0]);
    expect(Date.parse(items[0]?.receivedAt ?? '')).toBeGreaterThan(Date.now() - 60_000);
    expect((await list('?to=Bob@example.test')).items).toHaveLength(1);
  });

  it('counts a mail that comes again instead of keeping it twice, also at the same time', async () => {
    await mail({ messageId: '<1@test>', subject: 'First' });
    await Promise.all([1, 2, 3].map(() => mail({ messageId: '<1@test>', subject: 'Again' })));

    expect((await list()).items).toMatchObject([{ messageId: '<1@test>', subject: 'First', copies: 4 }]);
  });

  it('knows a mail without a usable Message-ID by what it says', async () => {
    const raw = (id: string) => `${id}Subject: bare\r\n\r\nHello\r\n`;
    const envelope = { from: 'a@example.test', to: ['ada@example.test'] };
    await mail({ envelope, raw: raw('') });
    await mail({ envelope, raw: raw('') });
    await mail({ envelope, raw: raw(`Message-ID: <${'x'.repeat(3_000)}@test>\r\n`) });
    await mail({ envelope, raw: 'no headers at all' });

    expect((await list()).items.map(({ copies }) => copies)).toEqual([1, 1, 2]);
  });

  it('gives pages that neither leave out nor repeat', async () => {
    for (const number of [1, 2, 3]) await mail({ messageId: `<${number}@test>` });

    const first = await list('?limit=2');
    await mail({ messageId: '<4@test>' });
    const second = await list(`?limit=2&cursor=${first.nextCursor}`);
    expect([...first.items, ...second.items].map(({ messageId }) => messageId)).toEqual([
      '<3@test>',
      '<2@test>',
      '<1@test>',
    ]);
    expect(second.nextCursor).toBeNull();
  });

  it('shows one mail: its texts, attachments, and the whole as it came', async () => {
    await mail({
      messageId: '<1@test>',
      subject: 'Points',
      text: 'You have 5 points',
      html: '<p onclick="alert(1)">You have <b>5</b> points</p><script>alert(1)</script>',
      attachments: [{ filename: 'a.txt', content: 'abc' }],
    });
    const { mailId } = (await list()).items[0] as Mail;

    expect(await read(`/mailbox/${mailId}.json`)).toMatchObject({
      messageId: '<1@test>',
      from: 'shop@example.test',
      to: 'ada@example.test',
      text: 'You have 5 points',
      html: '<p onclick="alert(1)">You have <b>5</b> points</p><script>alert(1)</script>',
      attachments: [{ name: 'a.txt', type: 'text/plain', bytes: 3 }],
    });
    const raw = await get(`/mailbox/${mailId}.eml`);
    expect(raw.headers.get('content-type')).toContain('text/plain');
    expect(await raw.text()).toContain('Message-ID: <1@test>\r\n');
    expect((await get('/mailbox/999.json')).status).toBe(404);
    expect((await get('/mailbox/nothing')).status).toBe(404);
  });

  it('shows mails to nobody without a token that may write, and holds none in its page', async () => {
    await mail({ messageId: '<1@test>' });
    for (const path of ['/mailbox.json', '/mailbox/1.json', '/mailbox/1.eml']) {
      expect((await get(path, null)).status).toBe(401);
      expect((await get(path, 'wrong')).status).toBe(401);
      expect((await get(path, 'reader')).status).toBe(403);
    }

    const page = await get('/mailbox', null);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self'");
    const text = await page.text();
    expect(text).not.toContain('@test');
    for (const [, path] of text.matchAll(/(?:href|src)="(\/mailbox\.(?:css|js))"/g)) {
      expect((await get(path ?? '', null)).status).toBe(200);
    }
  });

  it('says what is wrong with a question', async () => {
    for (const query of ['?limit=0', '?cursor=x', '?to=']) {
      const answer = await get(`/mailbox.json${query}`);
      expect([query, answer.status, await answer.json()]).toMatchObject([query, 400, { code: 'request-invalid' }]);
    }
  });

  it('refuses a mail that is too large, and keeps nothing of it', async () => {
    const text = 'x'
      .repeat(70)
      .concat('\r\n')
      .repeat(Math.ceil(MAIL_BYTES_MAX / 72));
    await expect(
      mail({ raw: `Subject: big\r\n\r\n${text}`, envelope: { from: 'a@b.test', to: ['c@d.test'] } }),
    ).rejects.toMatchObject({ responseCode: 552 });
    expect((await list()).items).toEqual([]);
    await mail({ messageId: '<after@test>' });
  });

  it('keeps nothing of a mail whose sender went away before its end', async () => {
    const { port } = new URL(mailbox.smtpUrl);
    const socket = connect(Number(port), '127.0.0.1');
    for (const line of ['EHLO test', 'MAIL FROM:<a@b.test>', 'RCPT TO:<c@d.test>', 'DATA']) {
      await once(socket, 'data');
      socket.write(`${line}\r\n`);
    }
    await once(socket, 'data');
    socket.write('Subject: half\r\n\r\nHel');
    socket.end();
    await once(socket, 'close');

    await mail({ messageId: '<whole@test>' });
    expect((await list()).items.map(({ messageId }) => messageId)).toEqual(['<whole@test>']);
  });

  it('asks for another try while it cannot store, and takes the mail afterwards', async () => {
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query('ALTER TABLE mails RENAME TO elsewhere');
    await expect(mail({ messageId: '<1@test>' })).rejects.toMatchObject({ responseCode: 451 });
    await client.query('ALTER TABLE elsewhere RENAME TO mails');
    await client.end();

    await mail({ messageId: '<1@test>' });
    expect((await list()).items).toMatchObject([{ copies: 1 }]);
  });

  it('has its mails after a new start, and forgets the oldest of too many', async () => {
    for (const number of [1, 2, 3]) await mail({ messageId: `<${number}@test>` });
    await mailbox.close();
    mailbox = await open(2);

    const { items, forgotten } = await list();
    expect(items.map(({ messageId }) => messageId)).toEqual(['<3@test>', '<2@test>']);
    expect(forgotten).toBe(1);
  });

  it('answers for its own paths only', () => {
    const paths = ['/mailbox', '/mailbox.json', '/mailbox/1.json', '/mailboxes', '/', '/status.css'];
    expect(paths.filter(isMailboxPath)).toEqual(['/mailbox', '/mailbox.json', '/mailbox/1.json']);
  });
});
