import { randomUUID } from 'node:crypto';
import { purchaseCreated, type PurchaseCreated } from '@tessera/contracts';
import Fastify from 'fastify';
import { CompressionTypes, Kafka, logLevel, Partitioners } from 'kafkajs';
import { ready, settingsOf } from './settings.js';

/** What a shop would write who trusts its senders: no token, no validation, no answer by event. The same records come of it. */
const { brokers, port } = settingsOf<Readonly<{ brokers: string; port: number }>>();
const BODY_BYTES_MAX = 16 * 1024 * 1024;

type Sent = Readonly<{ type: string; data: PurchaseCreated }>;

const producer = new Kafka({ brokers: [brokers], clientId: 'beside', logLevel: logLevel.ERROR }).producer({
  createPartitioner: Partitioners.DefaultPartitioner,
});
await producer.connect();

const server = Fastify({ bodyLimit: BODY_BYTES_MAX });
server.post<{ Body: readonly Sent[] }>('/events', async (request, reply) => {
  await producer.send({
    topic: purchaseCreated.topic,
    acks: -1,
    compression: CompressionTypes.GZIP,
    messages: request.body.map(({ type, data }) => ({
      key: data.memberId,
      value: JSON.stringify(data),
      headers: {
        ce_specversion: '1.0',
        ce_id: randomUUID(),
        ce_type: type,
        ce_source: 'urn:tessera:collector',
        ce_time: data.purchasedAt,
        ce_dataschema: purchaseCreated.dataschema,
        'content-type': 'application/json',
        ce_subject: data.memberId,
      },
    })),
  });
  return reply.status(202).send({ accepted: request.body.length });
});
await server.listen({ port, host: '127.0.0.1' });
ready(async () => {
  await server.close();
  await producer.disconnect();
});
