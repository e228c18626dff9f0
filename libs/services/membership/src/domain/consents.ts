export type Channel = 'email' | 'sms' | 'push';

/** The last word on a channel, and when the member said it. */
export type Word = Readonly<{ granted: boolean; changedAt: Date }>;
export type Words = ReadonlyMap<Channel, Word>;

/** What someone says a member said; without a date it is said now. */
export type Said = Readonly<{ channel: Channel; granted: boolean; changedAt?: Date | undefined }>;

type Circumstances = Readonly<{
  now: Date;
  /** Whether what is said now, without a date, overrules the word that stands; a registration that is sent again must not. */
  overrules: boolean;
}>;

/**
 * The words that replace those that stand; empty where nothing changes. By date the later word wins, whenever it arrives, and of two at
 * one instant the refusal; a date ahead counts as now. A word without a date that says what stands already changes nothing.
 */
export function changedWords(standing: Words, said: readonly Said[], { now, overrules }: Circumstances): Words {
  const words = new Map(standing);
  for (const { channel, granted, changedAt } of said) {
    const last = words.get(channel);
    const word = { granted, changedAt: changedAt && changedAt < now ? changedAt : now };
    if (!last) words.set(channel, word);
    else if (changedAt ? isLater(word, last) : overrules && granted !== last.granted) words.set(channel, word);
  }
  return new Map([...words].filter(([channel, word]) => standing.get(channel) !== word));
}

function isLater(word: Word, last: Word): boolean {
  const difference = word.changedAt.getTime() - last.changedAt.getTime();
  return difference > 0 || (difference === 0 && last.granted && !word.granted);
}

/** What replaces the words that stand when a member withdraws from all channels. */
export function withdrawn(standing: Words, now: Date): Words {
  const granted = [...standing].filter(([, word]) => word.granted);
  return new Map(granted.map(([channel]) => [channel, { granted: false, changedAt: now }]));
}

export type ToldWord = Readonly<{ channel: Channel; granted: boolean; changedAt: string }>;

/** All words, as events and answers give them: by channel. */
export function toldWords(words: Words): ToldWord[] {
  return [...words]
    .map(([channel, { granted, changedAt }]) => ({ channel, granted, changedAt: changedAt.toISOString() }))
    .sort((a, b) => (a.channel < b.channel ? -1 : 1));
}
