/** The address asked for cannot be listened on: another program has it, or this machine does not have it. */
export class AddressNotAvailable extends Error {
  override readonly name = 'AddressNotAvailable';
  readonly code = 'address-not-available';
  readonly kind = 'unavailable';

  constructor(host: string, port: number, reason: 'taken' | string) {
    super(
      reason === 'taken'
        ? `Port ${port} of ${host} is taken by another program. Choose another one, for example: --port ${port + 1}`
        : `Cannot listen on ${host}, port ${port}: ${reason}`,
    );
  }
}

/** A data folder has one currency for ever: amounts in it are minor units of that one. */
export class CurrencyConflict extends Error {
  override readonly name = 'CurrencyConflict';
  readonly code = 'currency-conflict';
  readonly kind = 'conflict';

  constructor(dataDir: string, kept: string, given: string) {
    super(
      `The data folder ${dataDir} keeps its books in ${kept}, not in ${given}. ` +
        `Leave --currency out, or use another data folder for ${given}.`,
    );
  }
}

/** A currency code that no contract accepts. */
export class CurrencyUnknown extends Error {
  override readonly name = 'CurrencyUnknown';
  readonly code = 'currency-unknown';
  readonly kind = 'invalid';

  constructor(given: string) {
    super(`"${given}" is not a currency. Give its ISO 4217 code in capitals, for example EUR, GBP or JPY.`);
  }
}

/** Something of the platform did not come up, or ended without being asked to; the message says what, and why if it is known. */
export class StandaloneFailure extends Error {
  override readonly name = 'StandaloneFailure';
  readonly code = 'standalone-failure';
  readonly kind = 'unavailable';
}
