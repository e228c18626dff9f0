import { byExpiry } from './lots.js';
import type { Settled } from './settlement.js';
import { type Line, line, movement, post, type Wallet } from './wallet.js';

/**
 * Closes the wallet of someone erased, as one movement: what was posted and not spent is taken back, whatever state it was in, and
 * arrears are waived, so that posted = spent and all else is nothing. Doing it again moves nothing.
 */
export function close(wallet: Wallet, erasedAt: Date): Settled {
  const { pending, active, held, spent, expired, arrears } = wallet.balance;
  const lines = movement(
    ...linesOfLots(wallet, spent),
    line('pending', -pending),
    line('held', -held),
    line('arrears', arrears),
  );
  if (lines.length === 0) return { wallet, movements: [] };

  const closed = post(wallet, lines).wallet;
  const amount = arrears - pending - active - held - expired;
  return {
    wallet: closed,
    movements: [{ reason: 'corrected', amount, occurredAt: erasedAt, lines, balance: closed.balance }],
  };
}

/** Points spent stay posted for the lots that expire first, as far as those have some; what arrears leave over, for the last. */
function linesOfLots({ lots }: Wallet, spent: number): readonly Line[] {
  const inOrder = [...lots.values()].sort(byExpiry);
  let uncovered = spent;
  return inOrder.flatMap(({ lotId, posted, active, expired }, place) => {
    const isLast = place === inOrder.length - 1;
    const kept = isLast ? uncovered : Math.min(uncovered, posted);
    uncovered -= kept;
    return [line('issued', posted - kept, lotId), line('active', -active, lotId), line('expired', -expired, lotId)];
  });
}
