import { rows, textArray, timestamptzArray, type Transaction } from '@tessera/platform-database';
import { OutboxSequenceBroken, SubjectNotSettled } from './errors.js';
import type { UpkeepKind } from './upkeep/errors.js';
import { assertPart, type UpkeepPhase } from './upkeep/phase.js';

export type StateVersion = Readonly<{ epoch: number; sequence: number }>;

/** When subjects are due again without an event; null: never. */
export type DueAt = ReadonlyMap<string, Date | null>;

/** Subjects that are as a basis wants them, to be written down together with something else. */
export type Settling = Readonly<{ basis: number; dueAt: DueAt }>;

type SubjectRow = { subject: string; sequence: number; due_at: Date | null; basis: number };
/** Comes after those of the subjects, whom it is no row of. */
type StateRow = {
  subject: null;
  epoch: number;
  basis: number;
  upkeep: UpkeepKind | null;
  phase: UpkeepPhase | null;
  now: Date;
};

const isSubject = (row: SubjectRow | StateRow): row is SubjectRow => row.subject !== null;
const isState = (row: SubjectRow | StateRow): row is StateRow => row.subject === null;

/** A subject as it was when it was locked. */
type Standing = Readonly<{ sequence: number; dueAt: Date | null; basis: number }>;

/** Subjects (members) whose rows this transaction holds, the database's clock read after the locks, and their counters. */
export class LockedSubjects {
  private readonly taken = new Map<string, number>();
  private readonly settled = new Set<string>();
  /** What `settle` has written. */
  private readonly said = new Map<string, Date | null>();

  constructor(
    private readonly tx: Transaction,
    private readonly standings: ReadonlyMap<string, Standing>,
    readonly now: Date,
    readonly epoch: number,
    /** Version of the reference data (program, definitions) this transaction sees. */
    readonly basis: number,
    /** As what this transaction takes part in a rebuild or restore; null in all of everyday life. */
    readonly phase: UpkeepPhase | null = null,
  ) {}

  get ids(): readonly string[] {
    return [...this.standings.keys()];
  }

  /** Takes the subject's next number. Each number must be carried by exactly one event added to the outbox. */
  next(id: string): StateVersion {
    const last = this.taken.get(id) ?? this.standings.get(id)?.sequence;
    if (last === undefined) throw new OutboxSequenceBroken(`${id} is not locked by this transaction`);
    this.taken.set(id, last + 1);
    return { epoch: this.epoch, sequence: last + 1 };
  }

  /**
   * Whether the subject was left as the current basis wants it, and is not due yet: then nothing but the facts that this transaction
   * brings can have changed what follows from its facts. Never so in a rebuild or restore, which has more to say of a subject.
   */
  isSettled(id: string): boolean {
    const standing = this.standings.get(id);
    if (this.phase !== null || standing?.basis !== this.basis) return false;
    return standing.dueAt === null || standing.dueAt > this.now;
  }

  /** When it was said to be due again; null: never. */
  dueAt(id: string): Date | null {
    return this.standings.get(id)?.dueAt ?? null;
  }

  /**
   * The same as `settle`, but for `Outbox.add` to write with the counters that it moves: a row is then written once. Whom it says nothing
   * of is left to `settle`, which is to be called all the same.
   */
  settling(dueAt: DueAt, ids: Iterable<string>): Settling {
    const written = new Map<string, Date | null>();
    for (const id of ids) {
      const due = dueAt.get(id);
      if (due === undefined) continue;
      this.assertAhead(id, due);
      written.set(id, due);
      this.said.set(id, due);
    }
    return { basis: this.basis, dueAt: written };
  }

  /** Records that these subjects are as the current basis wants them, and when each is due again without an event (null: never). */
  async settle(dueAt: DueAt): Promise<void> {
    for (const [id, due] of dueAt) {
      this.assertAhead(id, due);
      this.settled.add(id);
    }
    const ids = [...dueAt.keys()].filter((id) => this.isNews(id, dueAt.get(id) ?? null));
    if (ids.length === 0) return;
    await rows(
      this.tx,
      `UPDATE subjects s SET due_at = u.due_at, basis = $3
         FROM unnest($1::text[], $2::timestamptz[]) AS u(subject, due_at)
        WHERE s.subject = ANY ($1::text[]) AND s.subject = u.subject`,
      [textArray(ids), timestamptzArray(ids.map((id) => dueAt.get(id) ?? null)), this.basis],
    );
    for (const id of ids) this.said.set(id, dueAt.get(id) ?? null);
  }

  private assertAhead(id: string, due: Date | null): void {
    if (due && due <= this.now)
      throw new SubjectNotSettled(`${id} would be due at ${due.toISOString()}, which has passed`);
  }

  /** Most are settled as they were: the rows are held, so that what was read, or said since, is still so. */
  private isNews(id: string, due: Date | null): boolean {
    const standing = this.standings.get(id);
    if (standing?.basis !== this.basis && !this.said.has(id)) return true;
    const before = this.said.has(id) ? this.said.get(id) : standing?.dueAt;
    return before?.getTime() !== due?.getTime();
  }

  /** A refresh that leaves a subject as due as before would be called for it for ever. */
  assertSettled(): void {
    const left = this.ids.find((id) => !this.settled.has(id));
    if (left !== undefined) throw new SubjectNotSettled(`${left} was refreshed but not settled`);
  }
}

/**
 * The prologue of every transaction that touches members. Rows are inserted if absent and locked in the order of their ids, so
 * two transactions never wait for each other in a circle, and one that releases what is parked cannot miss one that parks.
 */
export class Subjects {
  private held: Error | null = null;

  /** Has every transaction of this process that wants members refused with this error; null lets them go on. */
  hold(error: Error | null): void {
    this.held = error;
  }

  /** Throws `ServiceInUpkeep` in a transaction that has no part in the rebuild or restore under way. */
  async lock(tx: Transaction, ids: Iterable<string>): Promise<LockedSubjects> {
    if (this.held) throw this.held;
    const wanted = textArray([...new Set(ids)].sort());
    const found = await rows<SubjectRow | StateRow>(tx, 'SELECT * FROM lock_subjects($1)', [wanted]);
    const locked = found.filter(isSubject);
    const state = found.find(isState);
    if (!state) throw new Error('service_state is empty: the migrations of this database were not run');
    assertPart(state.upkeep, state.phase);
    return new LockedSubjects(
      tx,
      new Map(locked.map(({ subject, sequence, due_at, basis }) => [subject, { sequence, dueAt: due_at, basis }])),
      state.now,
      state.epoch,
      state.basis,
      state.phase,
    );
  }
}
