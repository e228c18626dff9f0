import { setTimeout as sleep } from 'node:timers/promises';
import { mailSink } from '../mail-sink.features.js';
import { type SmtpOptions, SmtpSession } from './smtp-session.js';

const raw = Buffer.from('Subject: x\r\nMessage-ID: <1@shop.example>\r\n\r\nbody\r\n');
const envelope = { from: 'hello@shop.example', to: 'm1@example.test' };

function freeze(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

describe('an SMTP session', () => {
  const sink = mailSink();
  const options = (): SmtpOptions => ({
    host: '127.0.0.1',
    port: Number(new URL(sink.url).port),
    secure: false,
    ignoreTLS: false,
    requireTLS: false,
    auth: null,
    connectMs: 5_000,
    replyMs: 5_000,
  });
  const open = (): Promise<SmtpSession> => SmtpSession.open(options(), performance.now() + 5_000);

  it('takes one mail after another', async () => {
    const session = await open();
    for (const _ of [1, 2, 3]) {
      expect(await session.send(envelope, raw, performance.now() + 5_000)).toEqual({ kind: 'accepted' });
    }
    expect(session.isUsable).toBe(true);
    session.quit();

    expect(sink.delivered).toHaveLength(3);
  });

  it.each([0, 1, 2, 3, 4, 6, 8, 12, 20])(
    'never says that a mail was surely not accepted that was, frozen past its deadline after %i ms',
    async (afterMs) => {
      const session = await open();
      const sending = session.send(envelope, raw, performance.now() + afterMs + 30);
      await sleep(afterMs);
      freeze(100);
      const outcome = await sending;
      await sleep(100);

      if (sink.delivered.length > 0) expect(['accepted', 'unknown']).toContain(outcome.kind);
      session.close();
    },
  );

  it('does not begin what has no time left', async () => {
    const session = await open();

    expect(await session.send(envelope, raw, performance.now() - 1)).toMatchObject({ kind: 'unreachable' });
    await sleep(50);
    expect(sink.delivered).toEqual([]);
    expect(session.isUsable).toBe(false);
  });

  it('that is closed in the middle of a mail says so at once', async () => {
    sink.behave(['hang-at-mail-from']);
    const session = await open();
    const sending = session.send(envelope, raw, performance.now() + 5_000);
    await sleep(50);
    session.close();

    expect(await sending).toEqual({ kind: 'unreachable', code: 'connection-lost' });
  });

  it('cannot be opened where nobody listens', async () => {
    await sink.stop();
    await expect(open()).rejects.toMatchObject({ originalCode: 'ECONNREFUSED' });
    await sink.start();
  });
});
