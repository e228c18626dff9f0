import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeLost } from './broker/broker-outages.js';
import { KafkaCluster } from './fleet/kafka-cluster.js';
import type { OwnServers } from './fleet/servers.js';
import { onFleet } from './on-fleet.js';
import { outages, SLICES } from './outages/outage.js';

const NODES = 3;
const RESUME_MS_MAX = 60_000;

/** One of three brokers dies: with two left everything that was taken is there, and work goes on. */
export const brokerNodeLost = onFleet({
  name: 'broker-node-lost',
  summary: 'a Kafka of three nodes of which one is killed, and comes back',
  injections: 10,
  slices: SLICES,
  short: null,
  own: onCluster,
  on(stage) {
    const { cluster } = stage.servers;
    if (!cluster) throw new Error('There is no cluster.');
    return outages(stage, [nodeLost(cluster, stage)], { resumeMsMax: RESUME_MS_MAX });
  },
});

async function onCluster(): Promise<OwnServers> {
  const folder = mkdtempSync(join(tmpdir(), 'tessera-cluster-'));
  const removed = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    const cluster = await KafkaCluster.start(folder, NODES);
    return { cluster, remove: () => cluster.stop().finally(removed) };
  } catch (error) {
    removed();
    throw error;
  }
}
