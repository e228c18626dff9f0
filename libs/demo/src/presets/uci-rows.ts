import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { pipeline, type Readable } from 'node:stream';
import { parse, CsvError } from 'csv-parse';
import { DemoRefused } from '../errors.js';

const COLUMNS = [
  'InvoiceNo',
  'StockCode',
  'Description',
  'Quantity',
  'InvoiceDate',
  'UnitPrice',
  'CustomerID',
] as const;

/** A line of an invoice with a known customer; `at` in epoch milliseconds (UTC), `quantity` below zero on cancellations. */
export type UciRow = Readonly<{
  invoice: string;
  sku: string;
  name: string;
  quantity: number;
  at: number;
  unitPriceMinor: number;
  customer: string;
}>;

/**
 * Rows of the UCI Online Retail file (csv, or csv.gz by its name), null for one without a customer.
 * Throws DemoRefused for a missing file, other columns, or a row that cannot be read, naming its line.
 */
export async function* uciRows(file: string): AsyncGenerator<UciRow | null> {
  let column: Readonly<Record<(typeof COLUMNS)[number], number>> | undefined;
  const records = openCsv(file) as AsyncIterable<{ record: string[]; info: { lines: number } }>;
  try {
    for await (const { record, info } of records) {
      if (column) yield readRow((name) => record[column![name]] ?? '', `${file}, line ${info.lines}`);
      else column = readHeader(record, file);
    }
  } catch (error) {
    throw asRefusal(error, file);
  }
  if (!column) throw new DemoRefused('empty-file', `${file} is empty.`);
}

function openCsv(file: string): Readable {
  const raw = createReadStream(file);
  const parser = parse({ info: true, bom: true, skip_empty_lines: true });
  const settle = (): void => undefined; // Errors of any stage destroy the parser and surface in the loop that reads it.
  return file.endsWith('.gz') ? pipeline(raw, createGunzip(), parser, settle) : pipeline(raw, parser, settle);
}

function readHeader(record: readonly string[], file: string): Record<(typeof COLUMNS)[number], number> {
  const missing = COLUMNS.filter((name) => !record.includes(name));
  if (missing.length > 0) {
    throw new DemoRefused(
      'wrong-columns',
      `${file} lacks the column${missing.length > 1 ? 's' : ''} ${missing.join(', ')}; its first line must name ${COLUMNS.join(', ')}.`,
    );
  }
  return Object.fromEntries(COLUMNS.map((name) => [name, record.indexOf(name)])) as Record<
    (typeof COLUMNS)[number],
    number
  >;
}

function readRow(cell: (name: (typeof COLUMNS)[number]) => string, where: string): UciRow | null {
  const customer = cell('CustomerID').trim();
  if (customer === '') return null;
  const number = (name: (typeof COLUMNS)[number], pattern: RegExp): RegExpExecArray => {
    const match = pattern.exec(cell(name).trim());
    if (!match)
      throw new DemoRefused('bad-row', `${where}: ${name} is ${JSON.stringify(cell(name))}, which cannot be read.`);
    return match;
  };
  const [, invoice] = number('InvoiceNo', /^(\S+)$/);
  const [, sku] = number('StockCode', /^(\S.*)$/);
  const [, memberId] = number('CustomerID', /^0*(\d{1,15})(?:\.0*)?$/);
  const [quantity] = number('Quantity', /^-?\d{1,9}$/);
  const [, date, time] = number('InvoiceDate', /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d(?::\d\d)?)$/);
  const [, units, fraction = ''] = number('UnitPrice', /^(\d{1,9})(?:\.(\d+))?$/);
  const at = Date.parse(`${date}T${time}Z`);
  if (Number.isNaN(at)) throw new DemoRefused('bad-row', `${where}: InvoiceDate is no date.`);
  if (Number(quantity) === 0 || invoice!.startsWith('C') !== Number(quantity) < 0) {
    throw new DemoRefused(
      'bad-row',
      `${where}: Quantity is ${quantity}; it must be below 0 on a cancellation and above 0 elsewhere.`,
    );
  }
  return {
    invoice: invoice!,
    sku: sku!,
    name: cell('Description').trim(),
    quantity: Number(quantity),
    at,
    unitPriceMinor: halfUp(units!, fraction),
    customer: memberId!,
  };
}

/** Decimal digits to hundredths, rounded half up on the digits themselves: 1.005 is 1.01, which floats would miss. */
function halfUp(units: string, fraction: string): number {
  const padded = fraction.padEnd(3, '0');
  return Number(units) * 100 + Number(padded.slice(0, 2)) + (Number(padded[2]) >= 5 ? 1 : 0);
}

function asRefusal(error: unknown, file: string): unknown {
  if (error instanceof CsvError) return new DemoRefused('bad-row', `${file}: ${error.message}`, { cause: error });
  const { code = '', message = '' } = error as Partial<NodeJS.ErrnoException>;
  if (code === 'ENOENT') return new DemoRefused('no-file', `There is no file ${file}.`, { cause: error });
  if (code === 'EACCES' || code === 'EISDIR' || code.startsWith('Z_')) {
    return new DemoRefused('unreadable-file', `${file} cannot be read (${message}).`, {
      cause: error,
    });
  }
  return error;
}
