import type { Admin, ICustomPartitioner, Producer, ProducerBatch } from 'kafkajs';
import { Appender } from './appender.js';
import { Catalogue } from './catalogue.js';
import { Names } from './names.js';

const PARTITIONS = 4;
const TOPIC = 'purchase.created';
const partitionMetadata = Array.from({ length: PARTITIONS }, (_, partitionId) => ({ partitionId }));
const records = Array.from({ length: 40 }, (_, n) => ({
  topic: TOPIC,
  key: `m${n}`,
  value: Buffer.from('{}'),
  headers: {},
}));

/** As kafkajs answers when it lost a broker on the way: with success, and without a word of the partitions in `silent`. */
class Cluster {
  producers = 0;
  sent: number[] = [];
  constructor(readonly silent: number[][]) {}

  readonly producer = (createPartitioner: ICustomPartitioner): Producer => {
    this.producers += 1;
    const choose = createPartitioner();
    const sendBatch = async ({ topicMessages = [] }: ProducerBatch) => {
      const silent = this.silent.shift() ?? [];
      const places = topicMessages.flatMap(({ topic, messages }) =>
        messages.map((message) => choose({ topic, partitionMetadata: partitionMetadata as never, message })),
      );
      this.sent.push(places.length);
      const answered = [...new Set(places)].filter((partition) => !silent.includes(partition));
      return answered.map((partition) => ({ topicName: TOPIC, partition, errorCode: 0 }));
    };
    return { connect: async () => undefined, disconnect: async () => undefined, sendBatch } as unknown as Producer;
  };
}

describe('an append', () => {
  const admin = {
    listTopics: async () => [TOPIC],
    describeConfigs: async () => ({ resources: [] }),
  } as unknown as Admin;
  const appendTo = (cluster: Cluster): Promise<void> => {
    const names = new Names('');
    return new Appender(new Catalogue(admin, names, 1, async () => admin), names, cluster.producer).append(records);
  };

  it('is done when each of its partitions was answered', async () => {
    const cluster = new Cluster([]);
    await appendTo(cluster);
    expect(cluster).toMatchObject({ producers: 1, sent: [40] });
  });

  it('is sent again, whole and by a new producer, where some were not', async () => {
    const cluster = new Cluster([[2]]);
    await appendTo(cluster);
    expect(cluster).toMatchObject({ producers: 2, sent: [40, 40] });
  });

  it('fails if they are not answered then either, and says where', async () => {
    const cluster = new Cluster([[1, 2], [2]]);
    await expect(appendTo(cluster)).rejects.toThrow(`not appended to ${TOPIC}/2:`);
  });
});
