import { createHash } from 'node:crypto';
import { simpleParser } from 'mailparser';

/** What the list shows, and what a mail is known by. */
export type Envelope = Readonly<{ messageId: string; from: string; subject: string }>;

export type Content = Readonly<{
  date: string | null;
  text: string | null;
  /** As the sender wrote it: to be shown behind a sandbox only. */
  html: string | null;
  attachments: readonly Readonly<{ name: string | null; type: string; bytes: number }>[];
}>;

const END_OF_HEADERS = '\r\n\r\n';
const ID_LENGTH_MAX = 255;
const LINE_LENGTH_MAX = 998;

/** Only the headers are parsed, so that a large mail is accepted as fast as a small one. Never throws: any mail is taken. */
export async function envelopeOf(raw: Buffer): Promise<Envelope> {
  const end = raw.indexOf(END_OF_HEADERS);
  const headers = end < 0 ? raw : raw.subarray(0, end + END_OF_HEADERS.length);
  try {
    const { messageId, from, subject } = await simpleParser(headers);
    return { messageId: identity(messageId, raw), from: line(from?.text), subject: line(subject) };
  } catch {
    return { messageId: identity(undefined, raw), from: '', subject: '' };
  }
}

/** Throws what the parser throws at a mail it cannot read. */
export async function contentOf(raw: Buffer): Promise<Content> {
  const { date, text, html, attachments } = await simpleParser(raw, {
    skipHtmlToText: true,
    skipTextToHtml: true,
    skipTextLinks: true,
  });
  return {
    date: date && !Number.isNaN(date.getTime()) ? date.toISOString() : null,
    text: text ?? null,
    html: html === false ? null : html,
    attachments: attachments.map(({ filename, contentType, size }) => ({
      name: filename ?? null,
      type: contentType,
      bytes: size,
    })),
  };
}

/** A mail without a Message-ID, or with one that is no sensible one, is known by what it says. */
function identity(messageId: string | undefined, raw: Buffer): string {
  const given = line(messageId);
  if (given !== '' && given.length <= ID_LENGTH_MAX) return given;
  return `<${createHash('sha256').update(raw).digest('hex')}@mailbox.invalid>`;
}

/** PostgreSQL's text holds no NUL. */
const line = (text: string | undefined): string => (text ?? '').replaceAll('\0', '').trim().slice(0, LINE_LENGTH_MAX);
