import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SMTPServer } from 'smtp-server';
import { freePort } from './free-port.js';

export type MailSink = Readonly<{ url: string; stop(): Promise<void> }>;

/** A mail server that takes every message from everybody and delivers none: each becomes a file, named in the order of arrival. */
export async function startMailSink({ folder, port: wanted }: { folder: string; port?: number }): Promise<MailSink> {
  mkdirSync(folder, { recursive: true });
  const port = await freePort(wanted);
  let count = 0;
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    logger: false,
    onData(stream, _session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('error', done);
      stream.on('end', () => {
        count += 1;
        const name = `${new Date().toISOString().replaceAll(':', '-')}-${count}.eml`;
        writeFileSync(join(folder, name), Buffer.concat(chunks), { mode: 0o600 });
        done();
      });
    },
  });
  // A sender that hangs up in the middle is the sender's affair.
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', () => resolve()));
  return {
    url: `smtp://127.0.0.1:${port}`,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
