import { encode, pointsChanged, type PointsChanged } from '@tessera/contracts';

const KEYS = 5_000;
const BASE = Date.UTC(2026, 0, 1);

/** The `at`-th row of an outbox: each key's numbers rise by one, and neighbours have different keys. */
export function outboxRow(at: number): Readonly<{ id: string; key: string; value: string; headers: object }> {
  const data = pointsOf(at);
  const id = idOf(at);
  const time = new Date(BASE + at);
  const { key, value, headers } = encode(pointsChanged, data, { id, source: 'urn:tessera:ledger', time });
  return { id, key, value, headers };
}

const idOf = (at: number): string => `00000000-0000-7000-8000-${at.toString(16).padStart(12, '0')}`;

function pointsOf(at: number): PointsChanged {
  const time = new Date(BASE + at).toISOString();
  const sequence = 1 + Math.floor(at / KEYS);
  return {
    memberId: `m-${at % KEYS}`,
    epoch: BASE,
    sequence,
    wallet: 'points',
    reason: 'earned',
    amount: 12,
    purchaseId: `p-${at}`,
    occurredAt: time,
    postedAt: time,
    balances: [{ wallet: 'points', pending: 0, active: 12 * sequence, held: 0, spent: 0, expired: 0, arrears: 0 }],
  };
}

/** What is wrong with what was published, row by row as it is read. A repeat is allowed, a gap or a step back before it is not. */
export class OrderCheck {
  private readonly last = new Map<string, number>();
  private readonly wrong = new Map<string, number>();
  private first = 0;

  /** Rows that came for the first time. */
  get published(): number {
    return this.first;
  }

  read(key: string | null, value: Buffer | null): void {
    const { memberId, sequence } = JSON.parse(value?.toString() ?? '{}') as Partial<PointsChanged>;
    if (key === null || key !== memberId || sequence === undefined) return this.note('are not as they were written');
    const last = this.last.get(key) ?? 0;
    if (sequence <= last) return;
    if (sequence !== last + 1) this.note('came before an earlier one of their key');
    this.last.set(key, sequence);
    this.first += 1;
  }

  /** `gone` rows are no longer in the outbox: so many must have been published. */
  verdict(gone: number): string[] {
    const wrong = [...this.wrong].map(([what, count]) => `${count} rows ${what}`);
    return this.first < gone ? [...wrong, `${gone - this.first} rows left the outbox and are not on the log`] : wrong;
  }

  private note(what: string): void {
    this.wrong.set(what, (this.wrong.get(what) ?? 0) + 1);
  }
}
