import { createInterface } from 'node:readline';
import { CompressionTypes, Kafka, Partitioners } from 'kafkajs';

type Purchase = { purchaseId: string; memberId: string; purchasedAt: string };

const topic = process.env['TOPIC'] ?? 'purchase.created';
const brokers = process.env['KAFKA_BROKERS'] ?? '127.0.0.1:29092';

const kafka = new Kafka({ clientId: 'checkout', brokers: brokers.split(',') });
const producer = kafka.producer({
  idempotent: true, // What is sent again after a broken connection is neither doubled nor reordered.
  createPartitioner: Partitioners.DefaultPartitioner, // murmur2 of the key, like Java's
});

/** Optional: whose event it is, where it comes from, what it is. */
const cloudEvent = (purchase: Purchase) => ({
  'content-type': 'application/json',
  ce_specversion: '1.0',
  ce_type: 'purchase.created',
  ce_source: 'urn:shop:checkout',
  ce_id: purchase.purchaseId,
  ce_time: purchase.purchasedAt,
  ce_subject: purchase.memberId,
});

await producer.connect();
try {
  for await (const line of createInterface({ input: process.stdin })) {
    const purchase = JSON.parse(line) as Purchase;
    const [sent] = await producer.send({
      topic,
      acks: -1, // It is there when all replicas have it.
      compression: CompressionTypes.GZIP,
      messages: [
        {
          key: purchase.memberId,
          value: JSON.stringify(purchase),
          headers: cloudEvent(purchase),
        },
      ],
    });
    console.log(`purchase ${purchase.purchaseId} is at ${topic}/${sent?.partition}/${sent?.baseOffset}`);
  }
} finally {
  await producer.disconnect();
}
