import type { Transaction } from '@tessera/platform-database';
import type { LockedSubjects } from '../subjects.js';

/** Provided by a service that can be rebuilt from the log. Its `SubjectRefresh` then announces each state in the phase `announcing`. */
export interface Rebuildable {
  /** Tables whose every row comes from the log: emptied when a rebuild begins. */
  readonly empties: readonly string[];
  /** Tables that the log cannot give back: definitions, and what was announced. */
  readonly keeps: readonly string[];
  /** Members announced in one transaction. */
  readonly pageSize?: number;
}

export const REBUILDABLE = Symbol('Rebuildable');

/** A state that this service published and that its database, restored from before, does not know. */
export type OwnState = Readonly<{ topic: string; data: unknown }>;

/** Provided by a service that must not do again what the log says it has done. Called before anything else happens after a restore. */
export interface OwnStates {
  /** The last of each state key; their members are locked. May be called again with the same. */
  heed(tx: Transaction, locked: LockedSubjects, states: readonly OwnState[]): Promise<void>;
}

export const OWN_STATES = Symbol('OwnStates');
