export type EmbeddedPostgresFailureCode =
  | 'platform-unsupported'
  | 'data-folder-unusable'
  | 'data-folder-version'
  | 'initdb-failed'
  | 'port-taken'
  | 'start-failed'
  | 'orphan-not-stopped';

/** The embedded PostgreSQL cannot run; the message says why, quotes its log where there is one, and says what to do. */
export class EmbeddedPostgresFailure extends Error {
  override readonly name = 'EmbeddedPostgresFailure';
  readonly kind = 'unavailable';

  constructor(
    readonly code: EmbeddedPostgresFailureCode,
    message: string,
  ) {
    super(message);
  }
}

/** Another living process uses the data folder: stop that one, or give this one a folder of its own. */
export class DataFolderInUse extends Error {
  override readonly name = 'DataFolderInUse';
  readonly code = 'data-folder-in-use';
  readonly kind = 'conflict';

  constructor(
    readonly dataDir: string,
    readonly ownerPid: number,
  ) {
    super(
      `The data folder ${dataDir} is in use by process ${ownerPid}${ownerPid === process.pid ? ' (this one)' : ''}. ` +
        'Stop that process first, or use another data folder.',
    );
  }
}
