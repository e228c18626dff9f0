import { fileURLToPath } from 'node:url';

type Kafka = typeof import('../../../tools/stack/kafka.js');
type Redis = typeof import('../../../tools/stack/redis.js');

const pathOf = (file: string): string => fileURLToPath(new URL(`../../../${file}`, import.meta.url));

/** Those tools are sources that nobody builds. */
async function tools(file: string): Promise<unknown> {
  await import(pathOf('tools/test/typescript/register.mjs'));
  return import(pathOf(`tools/stack/${file}`));
}

/** How `npm run stack` starts a Kafka and a Redis. */
export const kafkaTools = async (): Promise<Kafka> => (await tools('kafka.ts')) as Kafka;
export const redisTools = async (): Promise<Redis> => (await tools('redis.ts')) as Redis;
