const DEPTH_MAX = 4;

/** What of an error's own fields helps its reader; others (a driver puts its whole connection there) would drown it. */
const TELLING = ['code', 'kind', 'detail', 'constraint', 'table', 'severity', 'status'] as const;

/** The database quotes whole rows in its `detail`, and a row may hold personal data; its code, table and constraint say enough. */
const mayBeTold = (error: Error, name: string): boolean => name !== 'detail' || !('severity' in error);

/** An error as it stands in a log line: name, message, stack, telling fields, and what caused it. */
export function describeError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return error;
  const fields = error as Error & Partial<Record<(typeof TELLING)[number] | 'driverError', unknown>>;
  const cause = error.cause ?? fields.driverError;
  return {
    type: error.name,
    message: error.message,
    stack: error.stack,
    ...Object.fromEntries(
      TELLING.flatMap((name) => (fields[name] === undefined || !mayBeTold(error, name) ? [] : [[name, fields[name]]])),
    ),
    ...(cause !== undefined && depth < DEPTH_MAX ? { cause: describeError(cause, depth + 1) } : {}),
  };
}
