/** Active ISO 4217 codes that have a minor unit (up to amendment 180: without BGN and ANG; metals, XDR and test codes have none). */
const activeCodes = new Set(
  `AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW CLF CLP CNY
   COP COU CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD
   IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN
   MXV MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD
   SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD USN UYI UYU UYW UZS VED VES VND VUV WST XAD XAF XCD XCG XOF
   XPF YER ZAR ZMW ZWG`.split(/\s+/),
);

/** Digits of the minor unit where they are not 2, by ISO 4217. */
const exponents: ReadonlyMap<string, number> = new Map([
  ...'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'.split(' ').map((code) => [code, 0] as const),
  ...'BHD IQD JOD KWD LYD OMR TND'.split(' ').map((code) => [code, 3] as const),
  ...'CLF UYW'.split(' ').map((code) => [code, 4] as const),
]);

/** Every currency code that contracts accept, in alphabetical order. */
export const currencyCodes: readonly string[] = [...activeCodes].sort();

export function isCurrency(code: string): boolean {
  return activeCodes.has(code);
}

/**
 * How many digits a currency's minor unit has: an amount of 1 unit is 10 ** exponent minor units (EUR 2, JPY 0, KWD 3).
 * Codes no longer active, which old facts may carry, count as 2.
 */
export function currencyExponent(code: string): number {
  return exponents.get(code) ?? 2;
}
