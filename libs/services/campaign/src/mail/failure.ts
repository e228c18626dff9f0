import type { Outcome } from '../domain/message.js';

type SmtpError = Readonly<{
  code?: unknown;
  originalCode?: unknown;
  responseCode?: unknown;
  response?: unknown;
  command?: unknown;
}>;

/** Commands whose answer is about the mail and not about us. */
const ABOUT_THE_MAIL = new Set(['MAIL FROM', 'RCPT TO', 'DATA']);

/**
 * What a failed attempt means for the mail. An answer of the server is its own word. Without one, the mail was surely not accepted as long as
 * the end of DATA was not handed over; after that nobody knows. Codes never hold what the server wrote, which may name an address.
 */
export function failureOf(error: unknown, isHandedOver: boolean): Outcome {
  const { code, originalCode, responseCode, response, command } = (error ?? {}) as SmtpError;
  if (typeof responseCode === 'number' && responseCode >= 400) {
    const answer = codeOfAnswer(responseCode, response);
    if (!ABOUT_THE_MAIL.has(String(command)))
      return isHandedOver ? { kind: 'unknown' } : { kind: 'unreachable', code: answer };
    return { kind: responseCode >= 500 ? 'refused' : 'deferred', code: answer };
  }
  if (isHandedOver) return { kind: 'unknown' };
  if (code === 'EENVELOPE') return { kind: 'unsendable', code: 'address-invalid' };
  if (code === 'EMESSAGE') return { kind: 'unsendable', code: 'mail-too-large' };
  return { kind: 'unreachable', code: String(originalCode ?? code ?? 'connection-lost').toLowerCase() };
}

/** The reply code of RFC 5321 and, where there is one, the enhanced code of RFC 3463: `smtp-550 5.1.1`. */
function codeOfAnswer(responseCode: number, response: unknown): string {
  const enhanced = typeof response === 'string' ? /^\d{3}[ -](\d\.\d{1,3}\.\d{1,3})\b/.exec(response)?.[1] : undefined;
  return `smtp-${responseCode}${enhanced ? ` ${enhanced}` : ''}`;
}
