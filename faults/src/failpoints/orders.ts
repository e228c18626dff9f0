import type { Failpoint, Passing } from '@tessera/platform-messaging';

/** Where and how a process is to end or to fall asleep. */
export type Trap = Readonly<{
  point: Failpoint;
  /** Of this topic only; of any unless given. */
  topic?: string;
  /** How many passings it lets go before. */
  skip: number;
  act: 'kill' | 'freeze';
  /** `next-turn`: once what follows at once has been sent, before any answer to it can have been read. */
  when: 'at-once' | 'next-turn';
}>;

/** What the run tells a service process. */
export type Order = Readonly<{ kind: 'arm'; trap: Trap } | { kind: 'disarm' }>;

/** What it asks: the most memory that the process ever had. */
export type Question = Readonly<{ kind: 'memory' }>;

/** What a service process tells the run. */
export type Told = Readonly<
  { kind: 'obeyed' } | { kind: 'reached'; point: Failpoint; passing: Passing } | { kind: 'memory'; rssMax: number }
>;
