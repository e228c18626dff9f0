import { randomFillSync } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';

const RANDOM_BYTES = 16;
const IDS_A_DRAW = 256;

const pool = new Uint8Array(RANDOM_BYTES * IDS_A_DRAW);
let used = pool.length;

/** An id for an event. What is random about so many is drawn at once: a draw costs more than all else. */
export function eventId(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  return uuidv7({ random: pool.subarray(used, (used += RANDOM_BYTES)) });
}
