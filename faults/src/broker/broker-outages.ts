import { setTimeout as sleep } from 'node:timers/promises';
import type { KafkaCluster } from '../fleet/kafka-cluster.js';
import type { Outage } from '../outages/outage.js';
import { waitOf } from '../scenario.js';
import type { Stage } from '../stage.js';

const CUT_MS = 15_000;
const SLOW_MS = 15_000;
const SLOW_BY_MS = 200;
const LOST_MS = 15_000;

/** kill -9: who had appended and has no answer yet does not know whether it is on the log. */
export const brokerKilled = ({ servers: { kafka } }: Stage): Outage => ({
  name: 'broker killed',
  async make(lasting) {
    await kafka.kill();
    await lasting();
    await kafka.restart();
  },
});

/** The network between the services and the broker is gone. The broker thinks that they are, and gives their partitions to nobody. */
export const brokerCutOff = ({ servers: { kafka }, options }: Stage): Outage => ({
  name: 'broker cut off',
  async make(lasting) {
    kafka.proxy.set('cut');
    try {
      await lasting();
      await sleep(waitOf(options, CUT_MS));
    } finally {
      kafka.proxy.set('open');
    }
  },
});

/** Each piece of data is under way for so long, in both directions. */
export const brokerSlow = ({ servers: { kafka }, options }: Stage): Outage => ({
  name: 'broker slow',
  async make(lasting) {
    kafka.proxy.delayMs = SLOW_BY_MS;
    try {
      await lasting();
      await sleep(waitOf(options, SLOW_MS));
    } finally {
      kafka.proxy.delayMs = 0;
    }
  },
});

/** kill -9 of one node of several: the others take over what it led, also as controller and as coordinator. */
export const nodeLost = (cluster: KafkaCluster, { options }: Stage): Outage => ({
  name: 'node lost',
  async make(lasting, random) {
    const number = Math.floor(random() * cluster.size);
    await cluster.kill(number);
    await lasting();
    await sleep(waitOf(options, LOST_MS));
    await cluster.restart(number);
  },
});
