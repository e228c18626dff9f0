/** What was asked for could not be done; told to people without a stack. Exit code 1. */
export class CliFailure extends Error {}

/** It was not clear what was asked for: options, arguments, files that are not what they should be. Exit code 2. */
export class UsageError extends Error {}
