import { Injectable } from '@nestjs/common';
import { rows } from '@tessera/platform-database';
import { DataSource } from 'typeorm';

export type Summary = Readonly<{
  members: number;
  /** Members whose list was announced and is not empty. */
  lists: number;
  baskets: number;
  /** Articles that live baskets of members had. */
  items: number;
  catalogued: number;
  outOfStock: number;
}>;

/** How much there is of everything. */
@Injectable()
export class ReadSummary {
  constructor(private readonly dataSource: DataSource) {}

  async run(): Promise<Summary> {
    const [summary] = await rows<Summary>(
      this.dataSource.manager,
      `SELECT (SELECT count(*) FROM members) AS members,
              (SELECT count(*) FROM members WHERE announced <> '{}') AS lists,
              (SELECT count(*) FROM baskets) AS baskets,
              (SELECT count(*) FROM items WHERE baskets > 0) AS items,
              (SELECT count(*) FROM catalog_items) AS catalogued,
              (SELECT count(*) FROM catalog_items WHERE NOT in_stock) AS "outOfStock"`,
    );
    if (!summary) throw new Error('the database counted nothing');
    return summary;
  }
}
