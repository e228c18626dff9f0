/** A row of the send ledger, as campaign lists it. */
export type SentMessage = Readonly<{
  memberId: string;
  state: string;
  /** A code, where the state needs one. */
  reason: string | null;
  /** Attempts of which nobody knows how they ended. */
  doubts: number;
  rfcMessageId: string;
}>;

/** What the mail server knows. */
export type Received = Readonly<{
  /** How often a mail came, by its Message-ID. */
  copies: ReadonlyMap<string, number>;
  /** Addresses that it refused for good. */
  refused: ReadonlySet<string>;
}>;

export type MailVerdict = Readonly<{
  messages: number;
  /** Owed and never come: not received and not refused for good by the mail server. Who has none, and what is said of it. */
  lost: readonly string[];
  /** Mails that came again more often than there were doubts, or that nobody meant to send. */
  doubled: number;
  doubts: number;
  /** Mails that came again with the Message-ID of one that was there. */
  copies: number;
}>;

/** Holds what a mail server received against what was meant to be sent, and to whom (`owed`: members who must have a message). */
export function judgeMails(
  messages: readonly SentMessage[],
  owed: ReadonlySet<string>,
  { copies, refused }: Received,
  addressOf: (memberId: string) => string,
): MailVerdict {
  const meant = new Map(messages.map((message) => [message.rfcMessageId, message]));
  const unfinished = messages.filter(({ state, rfcMessageId, memberId }) => {
    if (state === 'bounced') return !refused.has(addressOf(memberId));
    return state !== 'suppressed' && !(state === 'sent' && copies.has(rfcMessageId));
  });
  const reached = new Set(messages.map(({ memberId }) => memberId));
  const forgotten = [...owed].filter((memberId) => !reached.has(memberId));
  const lost = [
    ...unfinished.map(({ memberId, state, reason }) => `${memberId}: ${state}${reason === null ? '' : `, ${reason}`}`),
    ...forgotten.map((memberId) => `${memberId}: no message`),
  ];
  let repeated = 0;
  let doubled = 0;
  for (const [id, count] of copies) {
    repeated += count - 1;
    const message = meant.get(id);
    doubled += message ? Math.max(0, count - 1 - message.doubts) : count;
  }
  return {
    messages: messages.length,
    lost,
    doubled: doubled + (messages.length - reached.size),
    doubts: messages.reduce((sum, { doubts }) => sum + doubts, 0),
    copies: repeated,
  };
}
