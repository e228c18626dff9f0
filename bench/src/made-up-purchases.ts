import { encode, purchaseCreated, type PurchaseCreated } from '@tessera/contracts';
import { type KafkaLog, type NewRecord, partitionOf } from '@tessera/platform-bus';
import { DAY_MS } from './days.js';
import { PARTITIONS } from './partitions.js';

/** One in so many purchases is somebody's first. */
const PURCHASES_A_MEMBER = 5;
const STEP = 7_919;
const CHUNK = 5_000;

/** A run of purchases that is the same every time, without any order between members. */
export class MadeUpPurchases {
  /** The purchases of each partition, in the order of the log. */
  private readonly byPartition: readonly number[][];

  constructor(
    readonly count: number,
    private readonly now: Date,
    readonly members: readonly string[] = memberNames(Math.ceil(count / PURCHASES_A_MEMBER)),
  ) {
    this.byPartition = Array.from({ length: PARTITIONS }, () => []);
    for (let at = 0; at < count; at += 1) this.byPartition[partitionOf(this.memberOf(at), PARTITIONS)]?.push(at);
  }

  memberOf(at: number): string {
    return this.members[(at * STEP) % this.members.length] as string;
  }

  /** At least one unit, so that each earns. */
  totalOf(at: number): number {
    return 100 + ((at * 2_377) % 12_000);
  }

  purchase(at: number): PurchaseCreated {
    const totalMinor = this.totalOf(at);
    const first = Math.floor(totalMinor / 3);
    return {
      purchaseId: `p-${at}`,
      memberId: this.memberOf(at),
      purchasedAt: new Date(this.now.getTime() - DAY_MS + Math.floor((at / this.count) * DAY_MS)).toISOString(),
      currency: 'EUR',
      totalMinor,
      lines: [
        { sku: `sku-${at % 911}`, name: 'Coffee beans, 1 kg', quantity: 1, unitPriceMinor: first },
        { sku: `sku-${at % 613}`, name: 'Filter papers', quantity: 1, unitPriceMinor: totalMinor - first },
      ],
      channel: 'store',
      storeId: `store-${at % 40}`,
    };
  }

  records(from: number, to: number): NewRecord[] {
    const records: NewRecord[] = [];
    for (let at = from; at < Math.min(to, this.count); at += 1) {
      const purchase = this.purchase(at);
      const { key, value, headers } = encode(purchaseCreated, purchase, {
        id: `e-${at}`,
        source: 'urn:bench:checkout',
        time: new Date(purchase.purchasedAt),
      });
      records.push({ topic: purchaseCreated.topic, key, value: Buffer.from(value), headers });
    }
    return records;
  }

  async appendTo(log: Pick<KafkaLog, 'append'>): Promise<void> {
    for (let from = 0; from < this.count; from += CHUNK) await log.append(this.records(from, from + CHUNK));
  }

  /** What of these is not as it was sent: a consumer has taken some from the beginning of each partition, all of them, once. */
  differences(found: readonly FoundPurchase[]): string[] {
    const byId = new Map(found.map((one) => [one.purchase_id, one]));
    const wrong: string[] = [];
    if (byId.size !== found.length) wrong.push(`${found.length - byId.size} purchases are there twice`);
    let matched = 0;
    for (const [partition, purchases] of this.byPartition.entries()) {
      const isThere = (at: number): boolean => byId.has(`p-${at}`);
      const firstMissing = purchases.findIndex((at) => !isThere(at));
      const taken = firstMissing < 0 ? purchases : purchases.slice(0, firstMissing);
      const after = purchases.slice(taken.length).filter(isThere).length;
      if (after > 0) wrong.push(`partition ${partition}: ${after} purchases came after one that is missing`);
      matched += taken.length + after;
      const other = taken.filter((at) => !this.isAsSent(at, byId.get(`p-${at}`)));
      if (other.length > 0) wrong.push(`partition ${partition}: ${other.length} purchases are not as sent`);
    }
    if (matched !== byId.size) wrong.push(`${byId.size - matched} purchases were never sent`);
    return wrong;
  }

  private isAsSent(at: number, found: FoundPurchase | undefined): boolean {
    return found?.member_id === this.memberOf(at) && found.total_minor === this.totalOf(at);
  }
}

export type FoundPurchase = Readonly<{ purchase_id: string; member_id: string; total_minor: number }>;

export const memberNames = (count: number, step = 1): readonly string[] =>
  Array.from({ length: count }, (_, at) => `m-${at * step}`);
