/**
 * Columns of a batch, as parameters for `unnest($1::text[], $2::bigint[], ...)`. They are sent in PostgreSQL's binary form: as text,
 * each element would be escaped here and read again there, which for a batch of JSON costs more than to make or to store it.
 */

type Target = Readonly<{ bytes: Buffer; view: DataView }>;

type Encoder<Value> = Readonly<{
  oid: number;
  /** Bytes that it takes at most. */
  roomFor(value: Value): number;
  /** Writes the value and answers how many bytes it took. */
  write(value: Value, target: Target, at: number): number;
}>;

const HEADER_BYTES = 20;
const LENGTH_BYTES = 4;
const NULL_LENGTH = -1;
const UTF8_BYTES_MAX = 3;
/** Up to here it is quicker to go through a text than to ask for it to be written. */
const SHORT_TEXT = 40;
const TWO_TO_32 = 2 ** 32;
/** PostgreSQL counts microseconds from the year 2000. */
const EPOCH_MS = Date.UTC(2000);

const text: Encoder<string> = {
  oid: 25,
  roomFor: (value) => value.length * UTF8_BYTES_MAX,
  write: (value, { bytes }, at) => writeText(value, bytes, at),
};

const bytea: Encoder<Buffer | string> = {
  oid: 17,
  roomFor: (value) => (typeof value === 'string' ? value.length * UTF8_BYTES_MAX : value.length),
  write: (value, { bytes }, at) => (typeof value === 'string' ? writeText(value, bytes, at) : value.copy(bytes, at)),
};

const bigint: Encoder<number> = {
  oid: 20,
  roomFor: () => 8,
  write(value, { view }, at) {
    if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is not a safe integer`);
    return writeBigint(value, view, at);
  },
};

const timestamptz: Encoder<Date> = {
  oid: 1184,
  roomFor: () => 8,
  write(value, { view }, at) {
    const ms = value.getTime();
    if (Number.isNaN(ms)) throw new RangeError('an invalid date is no instant');
    const micros = (ms - EPOCH_MS) * 1_000;
    if (Number.isSafeInteger(micros)) return writeBigint(micros, view, at);
    view.setBigInt64(at, BigInt(ms - EPOCH_MS) * 1_000n);
    return 8;
  },
};

export const textArray = (values: readonly (string | null)[]): Buffer => encode(text, values);

/** A text is taken as its UTF-8. */
export const byteaArray = (values: readonly (Buffer | string | null)[]): Buffer => encode(bytea, values);

/** For columns of `int`, too. Throws `RangeError` for what is no safe integer. */
export const bigintArray = (values: readonly (number | null)[]): Buffer => encode(bigint, values);

/** Throws `RangeError` for an invalid date. */
export const timestamptzArray = (values: readonly (Date | null)[]): Buffer => encode(timestamptz, values);

function encode<Value>({ oid, roomFor, write }: Encoder<Value>, values: readonly (Value | null)[]): Buffer {
  let room = HEADER_BYTES;
  for (const value of values) room += LENGTH_BYTES + (value === null ? 0 : roomFor(value));
  const bytes = Buffer.allocUnsafe(room);
  const view = new DataView(bytes.buffer, bytes.byteOffset, room);
  view.setInt32(0, 1); // Dimensions.
  view.setInt32(4, 1); // It may hold nulls.
  view.setInt32(8, oid);
  view.setInt32(12, values.length);
  view.setInt32(16, 1); // Indexes begin here.
  let at = HEADER_BYTES;
  for (const value of values) {
    const length = value === null ? NULL_LENGTH : write(value, { bytes, view }, at + LENGTH_BYTES);
    view.setInt32(at, length);
    at += LENGTH_BYTES + Math.max(0, length);
  }
  return bytes.subarray(0, at);
}

function writeText(value: string, bytes: Buffer, at: number): number {
  if (value.length > SHORT_TEXT) return bytes.write(value, at);
  for (let index = 0; index < value.length; index += 1) {
    const code = value.charCodeAt(index);
    if (code > 0x7f) return bytes.write(value, at);
    bytes[at + index] = code;
  }
  return value.length;
}

/** In halves: a BigInt for each would cost more than all the rest. */
function writeBigint(value: number, view: DataView, at: number): number {
  const high = Math.floor(value / TWO_TO_32);
  view.setInt32(at, high);
  view.setUint32(at + 4, value - high * TWO_TO_32);
  return 8;
}
