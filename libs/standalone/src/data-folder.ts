import { randomBytes } from 'node:crypto';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isCurrency } from '@tessera/contracts';
import { CurrencyConflict, CurrencyUnknown, StandaloneFailure } from './errors.js';

const DEFAULT_CURRENCY = 'EUR';
const TOKEN_BYTES = 32;

const readIfThere = (file: string): string | undefined => {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
};

export const tokenFile = (dataDir: string): string => join(dataDir, 'token');

/** The currency of the data folder, fixed when it was made: then the one given, else EUR. Another one later is refused. */
export function settleCurrency(dataDir: string, given: string | undefined): string {
  if (given !== undefined && !isCurrency(given)) throw new CurrencyUnknown(given);

  const file = join(dataDir, 'settings.json');
  const text = readIfThere(file);
  if (text === undefined) {
    const currency = given ?? DEFAULT_CURRENCY;
    writeFileSync(file, `${JSON.stringify({ currency }, null, 2)}\n`, { mode: 0o644 });
    return currency;
  }

  const kept = currencyIn(text);
  if (kept === undefined) throw new StandaloneFailure(`${file} does not name a currency: {"currency": "EUR"}`);
  if (given !== undefined && given !== kept) throw new CurrencyConflict(dataDir, kept, given);
  return kept;
}

function currencyIn(text: string): string | undefined {
  try {
    const { currency } = JSON.parse(text) as { currency?: unknown };
    return typeof currency === 'string' && isCurrency(currency) ? currency : undefined;
  } catch {
    return undefined;
  }
}

/** The operator's token, made on the first start. Its file is for its owner alone. */
export function operatorToken(dataDir: string): string {
  const file = tokenFile(dataDir);
  const kept = readIfThere(file)?.trim();
  if (kept) return kept;

  const token = newToken();
  writeFileSync(file, `${token}\n`, { mode: 0o600 });
  chmodSync(file, 0o600);
  return token;
}

export const newToken = (): string => randomBytes(TOKEN_BYTES).toString('base64url');
