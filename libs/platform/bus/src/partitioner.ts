const SEED = 0x9747b28c;
const M = 0x5bd1e995;

/** The 32-bit murmur2 that Kafka's Java client partitions by (org.apache.kafka.common.utils.Utils), as a signed integer. */
export function murmur2(bytes: Buffer): number {
  const tail = bytes.length & ~3;
  let hash = SEED ^ bytes.length;
  for (let at = 0; at < tail; at += 4) {
    let word = Math.imul(bytes.readInt32LE(at), M);
    word = Math.imul(word ^ (word >>> 24), M);
    hash = Math.imul(hash, M) ^ word;
  }
  const left = bytes.length - tail;
  if (left === 3) hash ^= bytes.readUInt8(tail + 2) << 16;
  if (left >= 2) hash ^= bytes.readUInt8(tail + 1) << 8;
  if (left >= 1) hash = Math.imul(hash ^ bytes.readUInt8(tail), M);

  hash = Math.imul(hash ^ (hash >>> 13), M);
  return hash ^ (hash >>> 15);
}

/** The partition of a key, the same as Kafka's default: topics with equally many partitions agree on every key. */
export function partitionOf(key: string, partitions: number): number {
  return (murmur2(Buffer.from(key)) & 0x7fffffff) % partitions;
}
