import { TINY_UCI, UCI_HEADER, withFile } from '../some-csv.features.js';
import { uciOnlineRetail } from './uci-online-retail.js';

const NOW = new Date('2011-02-20T00:00:00Z');
const read = (content: string, name = 'shop.csv') => withFile(name, content, (file) => uciOnlineRetail(file, NOW));

describe('preset uci-online-retail', () => {
  it.each(['shop.csv', 'shop.csv.gz'])('turns invoices into purchases, moved by whole weeks (%s)', async (name) => {
    const shop = await read(TINY_UCI, name);

    expect(shop).toMatchObject({ currency: 'GBP', members: ['7', '8'], skipped: 1, shiftDays: 14 });
    expect(
      shop.purchases.map(({ purchaseId, memberId, purchasedAt, totalMinor }) => ({
        purchaseId,
        memberId,
        purchasedAt,
        totalMinor,
      })),
    ).toEqual([
      { purchaseId: '100', memberId: '7', purchasedAt: '2011-01-17T10:04:00.000Z', totalMinor: 800 },
      { purchaseId: '101', memberId: '7', purchasedAt: '2011-02-15T09:00:00.000Z', totalMinor: 404 },
      { purchaseId: '102', memberId: '7', purchasedAt: '2011-02-15T09:00:00.000Z', totalMinor: 400 },
      { purchaseId: '103', memberId: '8', purchasedAt: '2011-02-16T09:00:00.000Z', totalMinor: 0 },
    ]);
    expect(shop.purchases[2]?.lines).toEqual([{ sku: 'A', name: 'MUG, "BLUE"', quantity: 1, unitPriceMinor: 400 }]);
    expect(shop.purchases[3]?.lines).toEqual([{ sku: 'B', quantity: 1, unitPriceMinor: 0 }]);
  });

  it('refunds the latest units first, one event per cancellation and purchase hit', async () => {
    const { refunds } = await read(TINY_UCI);

    expect(refunds.map(({ refundId, ...rest }) => [refundId, 'amountMinor' in rest && rest.amountMinor])).toEqual([
      ['C105:102', 400],
      ['C105:101', 404],
      ['C105:100', 250],
    ]);
    expect(refunds[0]).toMatchObject({ memberId: '7', purchaseId: '102', refundedAt: '2011-02-17T10:00:00.000Z' });
  });

  it.each([
    ['is empty', ''],
    ['lacks the columns InvoiceDate, UnitPrice', 'InvoiceNo,StockCode,Description,Quantity,CustomerID\n'],
    ['line 2: Quantity is "two"', `${UCI_HEADER}\n1,A,MUG,two,2011-01-01 10:00:00,1.0,7.0,UK\n`],
    ['line 2: Quantity is -2', `${UCI_HEADER}\n1,A,MUG,-2,2011-01-01 10:00:00,1.0,7.0,UK\n`],
    ['line 3: InvoiceDate is no date', `${UCI_HEADER}\n1,A,"a\nb",2,2011-13-01 10:00:00,1.0,7.0,UK\n`],
    ['line 2: UnitPrice is "-1"', `${UCI_HEADER}\n1,A,MUG,2,2011-01-01 10:00:00,-1,7.0,UK\n`],
    ['on line 2', `${UCI_HEADER}\n1,A,MUG,2\n`],
  ])('says what is wrong with a file: %s', async (message, content) => {
    await expect(read(content)).rejects.toThrow(message);
  });

  it('says when there is no such file, or it is not packed as its name says', async () => {
    await expect(uciOnlineRetail('/nowhere/shop.csv', NOW)).rejects.toThrow('There is no file /nowhere/shop.csv.');
    await withFile('shop.csv', TINY_UCI, async (file) => {
      const { renameSync } = await import('node:fs');
      renameSync(file, `${file}.gz`);
      await expect(uciOnlineRetail(`${file}.gz`, NOW)).rejects.toThrow('cannot be read (incorrect header check)');
      renameSync(`${file}.gz`, file);
    });
  });
});
