import { setTimeout as sleep } from 'node:timers/promises';
import { consumersOf, purchaseCreated } from '@tessera/contracts';
import type { ShopPurchase } from '@tessera/demo';
import type pg from 'pg';
import type { Stage } from '../stage.js';

/** The services that keep purchases. */
export const KEEPERS = consumersOf(purchaseCreated.topic);

type Known = Pick<ShopPurchase, 'memberId' | 'purchaseId'>;

const ASK_MS = 25;

/** The tables of purchases of all who keep some, looked into past the services: what is there is committed. */
export class PurchaseKeepers {
  private constructor(private readonly clients: readonly pg.Client[]) {}

  static async open({ fleet, servers }: Pick<Stage, 'fleet' | 'servers'>): Promise<PurchaseKeepers> {
    return new PurchaseKeepers(
      await Promise.all(KEEPERS.map((name) => servers.postgres.connect(fleet.databaseOf(name)))),
    );
  }

  /** Whether all of them have it. */
  async have({ memberId, purchaseId }: Known): Promise<boolean> {
    const sql = 'SELECT 1 FROM purchases WHERE purchase_id = $1 AND member_id = $2';
    const found = await Promise.all(this.clients.map((client) => client.query(sql, [purchaseId, memberId])));
    return found.every(({ rowCount }) => rowCount === 1);
  }

  /** False if they do not all have it after so long. */
  async haveSoon(purchase: Known, msMax: number): Promise<boolean> {
    for (const giveUpAt = performance.now() + msMax; !(await this.have(purchase)); await sleep(ASK_MS)) {
      if (performance.now() > giveUpAt) return false;
    }
    return true;
  }

  /** One statement for each of them. */
  async each(sql: string): Promise<void> {
    await Promise.all(this.clients.map((client) => client.query(sql)));
  }

  async close(): Promise<void> {
    await Promise.all(this.clients.map((client) => client.end()));
  }
}
