import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

export const UCI_HEADER = 'InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country';

/** A shop of two customers: a repeated stock code, a tie in the minute, a cancellation over two purchases, units never sold. */
export const TINY_UCI = [
  UCI_HEADER,
  '100,A,MUG,2,2011-01-03 10:05:00,2.50,7.0,UK',
  '100,A,MUG,1,2011-01-03 10:04:00,3.00,7.0,UK',
  '101,A,MUG,4,2011-02-01 09:00:00,1.005,7.0,UK',
  '102,A,"MUG, ""BLUE""",1,2011-02-01 09:00:00,4.0,7.0,UK',
  '103,B,,1,2011-02-02 09:00:00,0.0,8.0,UK',
  '104,B,PLATE,1,2011-02-02 09:00:00,9.99,,UK',
  'C105,A,MUG,-6,2011-02-03 10:00:00,1.0,7.0,UK',
  'C105,Z,NEVER SOLD,-3,2011-02-03 10:00:00,1.0,7.0,UK',
  'C099,A,MUG,-1,2011-01-02 10:00:00,1.0,7.0,UK',
  'C106,Q,ONLY RETURNED,-1,2011-02-03 10:00:00,1.0,9.0,UK',
  '',
].join('\n');

/** Writes it to a folder of its own for the length of `use`; a name that ends in .gz is packed. */
export async function withFile<T>(name: string, content: string, use: (file: string) => Promise<T> | T): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'tessera-demo-'));
  try {
    const file = join(folder, name);
    writeFileSync(file, name.endsWith('.gz') ? gzipSync(content) : content);
    return await use(file);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
