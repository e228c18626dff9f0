import type { Rendered } from '../domain/template.js';

/** A mail to one address. */
export type Mail = Rendered & Readonly<{ to: string; rfcMessageId: string }>;
