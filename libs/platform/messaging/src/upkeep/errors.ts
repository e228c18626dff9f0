export type UpkeepKind = 'rebuilding' | 'restoring';

/** The service is being rebuilt from the log, or brought up to date after a restore. It passes by itself: `GET admin/upkeep` shows how far it is. */
export class ServiceInUpkeep extends Error {
  override readonly name = 'ServiceInUpkeep';
  readonly code: UpkeepKind;
  readonly kind = 'unavailable';

  constructor(kind: UpkeepKind) {
    super(
      kind === 'rebuilding'
        ? 'this service is being rebuilt from the log; ask again when it is done'
        : 'this service was restored and is being brought up to date; ask again when it is done',
    );
    this.code = kind;
  }
}

/** A rebuild was asked of a service whose data the log cannot give back. It is restored from a backup instead. */
export class NotRebuildable extends Error {
  override readonly name = 'NotRebuildable';
  readonly code = 'not-rebuildable';
  readonly kind = 'conflict';

  constructor(service: string) {
    super(
      `${service} is of record: the log does not hold all that it owns. It is restored from a backup, not rebuilt.`,
    );
  }
}

/** A topic that must be whole has lost its beginning: a rebuild would lose what it told. */
export class LogIncomplete extends Error {
  override readonly name = 'LogIncomplete';
  readonly code = 'log-incomplete';
  readonly kind = 'conflict';

  constructor(topic: string, partition: number, earliest: number) {
    super(
      `${topic} must be kept for ever, but partition ${partition} begins at ${earliest}: what was before would be lost`,
    );
  }
}

/** Something else is under way, after which it may be asked for again. */
export class UpkeepUnderWay extends Error {
  override readonly name = 'UpkeepUnderWay';
  readonly code = 'upkeep-under-way';
  readonly kind = 'conflict';

  constructor(kind: UpkeepKind) {
    super(kind === 'rebuilding' ? 'a rebuild is under way' : 'the service is being brought up to date after a restore');
  }
}

/** A defect of ours: nobody has said whether a rebuild empties these tables. */
export class TablesUnaccounted extends Error {
  override readonly name = 'TablesUnaccounted';
  readonly code = 'tables-unaccounted';

  constructor(tables: readonly string[]) {
    super(`nothing says whether a rebuild empties or keeps: ${tables.join(', ')}`);
  }
}
