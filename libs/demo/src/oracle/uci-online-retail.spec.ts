import { TINY_UCI, withFile } from '../some-csv.features.js';
import { uciOnlineRetail } from '../presets/uci-online-retail.js';
import { sourceOf, NO_LEFTOVERS } from './source.js';
import { uciOracle } from './uci-online-retail.js';

const AS_OF = new Date('2011-02-20T00:00:00Z');

describe('source figures of a UCI file', () => {
  it('are computed from the file alone', async () => {
    const source = await withFile('shop.csv.gz', TINY_UCI, (file) => uciOracle(file)(AS_OF).source);

    expect(source).toEqual({
      purchases: 4,
      members: 2,
      customersWithoutPurchase: 1,
      linesWithoutCustomer: 1,
      grossMinor: 1604,
      refundedMinor: 1054,
      refundEvents: 3,
      unmatchedUnits: 5,
      points: 5,
      tiers: { basic: 2, silver: 0, gold: 0 },
      segments: { 'active-90': 1, 'big-180': 0, lapsing: 0, 'new-buyers': 0 },
    });
  });

  it('move with the shift: only asOf decides what has happened yet', async () => {
    const [shifted, unshifted] = await withFile('shop.csv', TINY_UCI, (file) => [
      uciOracle(file, 14)(new Date('2011-02-16T00:00:00Z')),
      uciOracle(file)(new Date('2011-02-02T00:00:00Z')),
    ]);

    expect(shifted).toEqual(unshifted);
  });
});

const file = process.env['TESSERA_UCI_FILE'];
const onTheRealFile = file ? describe : describe.skip;
const title = 'check values of the UCI Online Retail file';

onTheRealFile(file ? title : `${title} (skipped: set TESSERA_UCI_FILE to online-retail.csv.gz)`, () => {
  const asOf = new Date('2011-12-12T00:00:00Z');
  const source = () => uciOracle(file ?? '')(asOf).source;

  it('are met by the oracle and, independently, by the preset', async () => {
    const expected = {
      purchases: 18_536,
      members: 4_339,
      customersWithoutPurchase: 33,
      linesWithoutCustomer: 135_080,
      grossMinor: 891_140_790,
      refundedMinor: 51_540_490,
      refundEvents: 3_849,
      unmatchedUnits: 23_970,
      points: 26_397_878,
      tiers: { basic: 1_849, silver: 1_642, gold: 848 },
      segments: { 'active-90': 2_848, 'big-180': 1_090, lapsing: 937, 'new-buyers': 186 },
    };
    expect(source()).toEqual(expected);

    const shop = await uciOnlineRetail(file ?? '', asOf);
    expect(shop).toMatchObject({ skipped: 135_080, shiftDays: 0 });
    expect(sourceOf(shop, NO_LEFTOVERS, asOf)).toEqual({
      ...expected,
      customersWithoutPurchase: 0,
      linesWithoutCustomer: 0,
      unmatchedUnits: 0,
    });
  });
});
