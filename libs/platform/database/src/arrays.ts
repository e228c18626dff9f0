/**
 * Columns of a batch, as parameters for `unnest($1::text[], $2::bigint[], ...)`. They are sent in PostgreSQL's binary form: as text,
 * each element would be escaped here and read again there, which for a batch of JSON costs more than to make or to store it.
 */

type Encoder<Value> = Readonly<{
  oid: number;
  sizeOf(value: Value): number;
  /** Writes the value at a place that has room for it. */
  write(value: Value, into: Buffer, at: number): void;
}>;

const HEADER_BYTES = 20;
const LENGTH_BYTES = 4;
const NULL_LENGTH = -1;
const TWO_TO_32 = 2 ** 32;
/** PostgreSQL counts microseconds from the year 2000. */
const EPOCH_MS = Date.UTC(2000);

const text: Encoder<string> = {
  oid: 25,
  sizeOf: (value) => Buffer.byteLength(value),
  write: (value, into, at) => void into.write(value, at),
};

const bytea: Encoder<Buffer | string> = {
  oid: 17,
  sizeOf: (value) => Buffer.byteLength(value),
  write: (value, into, at) => void (typeof value === 'string' ? into.write(value, at) : value.copy(into, at)),
};

const bigint: Encoder<number> = {
  oid: 20,
  sizeOf: () => 8,
  write(value, into, at) {
    if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is not a safe integer`);
    writeBigint(value, into, at);
  },
};

const timestamptz: Encoder<Date> = {
  oid: 1184,
  sizeOf: () => 8,
  write(value, into, at) {
    const ms = value.getTime();
    if (Number.isNaN(ms)) throw new RangeError('an invalid date is no instant');
    const micros = (ms - EPOCH_MS) * 1_000;
    if (Number.isSafeInteger(micros)) writeBigint(micros, into, at);
    else into.writeBigInt64BE(BigInt(ms - EPOCH_MS) * 1_000n, at);
  },
};

export const textArray = (values: readonly (string | null)[]): Buffer => encode(text, values);

/** A text is taken as its UTF-8. */
export const byteaArray = (values: readonly (Buffer | string | null)[]): Buffer => encode(bytea, values);

/** For columns of `int`, too. Throws `RangeError` for what is no safe integer. */
export const bigintArray = (values: readonly (number | null)[]): Buffer => encode(bigint, values);

/** Throws `RangeError` for an invalid date. */
export const timestamptzArray = (values: readonly (Date | null)[]): Buffer => encode(timestamptz, values);

function encode<Value>({ oid, sizeOf, write }: Encoder<Value>, values: readonly (Value | null)[]): Buffer {
  const sizes = values.map((value) => (value === null ? NULL_LENGTH : sizeOf(value)));
  const size = sizes.reduce((sum, one) => sum + LENGTH_BYTES + Math.max(0, one), HEADER_BYTES);
  const array = Buffer.allocUnsafe(size);
  array.writeInt32BE(1, 0); // Dimensions.
  array.writeInt32BE(1, 4); // It may hold nulls.
  array.writeInt32BE(oid, 8);
  array.writeInt32BE(values.length, 12);
  array.writeInt32BE(1, 16); // Indexes begin here.
  let at = HEADER_BYTES;
  for (const [index, value] of values.entries()) {
    const length = sizes[index] ?? NULL_LENGTH;
    array.writeInt32BE(length, at);
    at += LENGTH_BYTES;
    if (value === null) continue;
    write(value, array, at);
    at += length;
  }
  return array;
}

/** In halves: a BigInt for each would cost more than all the rest. */
function writeBigint(value: number, into: Buffer, at: number): void {
  const high = Math.floor(value / TWO_TO_32);
  into.writeInt32BE(high, at);
  into.writeUInt32BE(value - high * TWO_TO_32, at + 4);
}
