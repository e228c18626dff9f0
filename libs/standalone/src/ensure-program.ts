import { defaultProgram } from '@tessera/contracts';
import { CurrencyConflict, StandaloneFailure } from './errors.js';
import type { Answer, OwnRequests } from './own-requests.js';

const CURRENT = '/membership/v1/programs/current';
const PROGRAMS = '/membership/v1/programs';

/** Publishes the default program where there is none. One in another currency than the data folder's is refused. */
export async function ensureProgram(requests: OwnRequests, currency: string, dataDir: string): Promise<void> {
  const current = await requests.send('GET', CURRENT);
  if (current.status === 200) {
    const kept = (current.body as { currency?: string }).currency;
    if (kept !== undefined && kept !== currency) throw new CurrencyConflict(dataDir, kept, currency);
    return;
  }
  if (current.status !== 404) throw unexpected(CURRENT, current);

  const published = await requests.send('POST', PROGRAMS, defaultProgram(currency));
  if (published.status >= 300) throw unexpected(PROGRAMS, published);
}

const unexpected = (path: string, { status, body }: Answer): StandaloneFailure =>
  new StandaloneFailure(`The program could not be settled: ${path} answered ${status} ${JSON.stringify(body)}`);
