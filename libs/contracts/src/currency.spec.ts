import { currencyCodes, currencyExponent, isCurrency } from './currency.js';

describe('currencies', () => {
  it.each([
    ['EUR', 2],
    ['GBP', 2],
    ['USD', 2],
    ['CNY', 2],
    ['MGA', 2],
    ['HUF', 2],
    ['JPY', 0],
    ['KRW', 0],
    ['VND', 0],
    ['ISK', 0],
    ['CLP', 0],
    ['XOF', 0],
    ['KWD', 3],
    ['BHD', 3],
    ['TND', 3],
    ['CLF', 4],
    ['UYW', 4],
  ])('%s has an exponent of %i', (code, exponent) => {
    expect(isCurrency(code)).toBe(true);
    expect(currencyExponent(code)).toBe(exponent);
  });

  it.each(['DEM', 'HRK', 'ZWL', 'SLL', 'VEF', 'XXX', 'XTS', 'XAU', 'eur', 'EURO', '', 'constructor'])(
    'refuses %j',
    (code) => {
      expect(isCurrency(code)).toBe(false);
    },
  );

  it('counts a code no longer active as 2', () => {
    expect(currencyExponent('DEM')).toBe(2);
  });

  it('knows only codes of three capitals, each once', () => {
    expect(currencyCodes.length).toBeGreaterThan(150);
    expect(new Set(currencyCodes).size).toBe(currencyCodes.length);
    expect(currencyCodes.filter((code) => !/^[A-Z]{3}$/.test(code))).toEqual([]);
  });
});
