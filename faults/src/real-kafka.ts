import { fileURLToPath } from 'node:url';

type Tools = typeof import('../../tools/stack/kafka.js');
export type Broker = Awaited<ReturnType<Tools['startKafka']>>;

const SETTINGS = { 'group.min.session.timeout.ms': '1000' };

/** A real Kafka of one's own, as `npm run stack` starts it: the tools are sources that nobody builds. Needs Java, and Maven the first time. */
export async function startRealKafka(folder: string): Promise<Broker> {
  await import(pathOf('tools/test/typescript/register.mjs'));
  const { startKafka } = (await import(pathOf('tools/stack/kafka.ts'))) as Tools;
  return startKafka({ folder, settings: SETTINGS });
}

const pathOf = (file: string): string => fileURLToPath(new URL(`../../${file}`, import.meta.url));
