import { Controller, Module } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import { purchaseCreated, type PurchaseCreated } from '@tessera/contracts';
import { KafkaLog, type KafkaLogOptions } from '@tessera/platform-bus';
import { rows } from '@tessera/platform-database';
import { type Batch, FromLog } from '@tessera/platform-messaging';
import { createLogger } from './logger.js';
import { definition, tokens } from './made-up-service.features.js';
import { startService } from './start-service.js';

/** The process that stopped-consumer.int.spec.ts stops: its handler stays inside the transaction until it is told to go on. */
type Told = Readonly<{ kafka: KafkaLogOptions; databaseUrl: string }>;

const goOn = new Promise<void>((resolve) => process.stdin.once('data', () => resolve()));

@Controller()
class StaysInside {
  @EventPattern<string>(purchaseCreated.topic)
  async handle(@FromLog() { tx, events }: Batch<PurchaseCreated>): Promise<void> {
    for (const { data } of events) await rows(tx, 'INSERT INTO seen VALUES ($1)', [data.purchaseId]);
    const [self] = await rows<{ pid: number }>(tx, 'SELECT pg_backend_pid() AS pid');
    process.stdout.write(`inside ${self?.pid}\n`);
    await goOn;
  }
}

@Module({ controllers: [StaysInside] })
class StuckModule {}

const { kafka, databaseUrl } = JSON.parse(process.argv[2] ?? '{}') as Told;
const logger = createLogger({ level: 'warn' });
await startService(
  { ...definition, module: StuckModule },
  {
    log: await KafkaLog.open({ ...kafka, logger }),
    databaseUrl,
    tokens,
    logger,
  },
);
