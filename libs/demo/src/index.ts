export * from './oracle/facts.js';
export { naiveTotals, refundedMinor, SEGMENTS, type MemberTotals, type Totals } from './oracle/naive-totals.js';
export { NO_LEFTOVERS, sourceOf, type Source } from './oracle/source.js';
export { uciOracle } from './oracle/uci-online-retail.js';
export { uciOnlineRetail } from './presets/uci-online-retail.js';
