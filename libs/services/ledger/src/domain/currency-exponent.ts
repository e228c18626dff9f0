/** Currencies of ISO 4217 whose minor unit is not a hundredth. (Intl follows common usage instead, and differs for some.) */
const exponents: ReadonlyMap<string, number> = new Map([
  ...[
    'BIF',
    'CLP',
    'DJF',
    'GNF',
    'ISK',
    'JPY',
    'KMF',
    'KRW',
    'PYG',
    'RWF',
    'UGX',
    'UYI',
    'VND',
    'VUV',
    'XAF',
    'XOF',
    'XPF',
  ].map((code) => [code, 0] as const),
  ...['BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND'].map((code) => [code, 3] as const),
  ...['CLF', 'UYW'].map((code) => [code, 4] as const),
]);

/** Decimal places between a currency's unit and its minor unit: EUR 2, JPY 0, KWD 3. */
export function currencyExponent(code: string): number {
  return exponents.get(code) ?? 2;
}
