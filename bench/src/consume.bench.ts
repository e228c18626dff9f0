import type { Benchmark } from './benchmark.js';
import { saveTables } from './beside/nest-save.tables.js';
import { openConsuming } from './consuming.js';

export const consume: Benchmark = {
  name: 'consume',
  summary: 'purchases from the log into the books, beside a stock Nest microservice that saves the same five entities',
  unit: 'purchases/s',
  bar: { least: 20 },
  open: (options) =>
    openConsuming(
      {
        name: 'nest-save',
        tables: (stage, database) => saveTables(stage.url(database)),
        remarks: [
          'Beside: stock Kafka transport, one @EventPattern, one transaction and save() of each entity a message.',
        ],
      },
      options,
    ),
};
