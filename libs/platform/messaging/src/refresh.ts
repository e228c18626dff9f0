import type { Transaction } from '@tessera/platform-database';
import type { LockedSubjects } from './subjects.js';

/** Brings locked subjects to what their facts, the reference data and `locked.now` say, and posts the difference. Must call `locked.settle`. */
export interface SubjectRefresh {
  /** How many subjects one transaction may hold while they are refreshed; 500 if it does not say. */
  readonly subjectsMax?: number;
  refresh(tx: Transaction, locked: LockedSubjects): Promise<void>;
}

export const SUBJECT_REFRESH = Symbol('SubjectRefresh');

export type ParkedFact = Readonly<{
  kind: string;
  id: string;
  memberId: string;
  waitsFor: string;
  since: Date;
}>;

export type ParkedSummary = Readonly<{ waitsFor: string; count: number; oldestAt: Date }>;

/** Facts that came before what they need. They are kept in their own rows and never dropped. */
export interface ParkedFacts {
  summary(tx: Transaction): Promise<readonly ParkedSummary[]>;
  /** Ordered by (kind, id, memberId); `after` is the last one of the page before. */
  list(tx: Transaction, page: Readonly<{ limit: number; after?: ParkedFact }>): Promise<readonly ParkedFact[]>;
}

export const PARKED_FACTS = Symbol('ParkedFacts');

/** What a service still has to do for members without an event, beyond refreshing them: until it is done, the system is not idle. */
export interface UnfinishedWork {
  count(tx: Transaction): Promise<number>;
}

export const UNFINISHED_WORK = Symbol('UnfinishedWork');

/** Work that a service does by itself and tells of, beyond refreshing members. When the service stops it ends before publishing does. */
export interface OwnWork {
  stop(): Promise<void>;
}

export const OWN_WORK = Symbol('OwnWork');
