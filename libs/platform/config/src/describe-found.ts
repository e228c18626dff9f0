const SECRET = /TOKEN|SECRET|PASSWORD|PASSPHRASE|CREDENTIAL|PRIVATE|(^|_)KEY/i;
const LONGEST_SHOWN = 80;

/** What was there, fit for a log: secrets by their length only, URLs without their user's password. */
export function describeFound(variable: string, value: string | undefined): string {
  if (value === undefined) return 'it is not set';
  if (SECRET.test(variable)) return `found a secret of ${value.length} characters`;
  const shown = withoutCredentials(value);
  return `found "${shown.length > LONGEST_SHOWN ? `${shown.slice(0, LONGEST_SHOWN)}...` : shown}"`;
}

/** The text between `//` and the last `@` before the path may hold a password, also in what is not quite a URL. */
const withoutCredentials = (value: string): string => value.replace(/(\/\/[^/@:\s]*):.*@/u, '$1:***@');
