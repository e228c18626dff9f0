/** What others need who run real processes on real servers. */
export { freePort } from './fleet/free-port.js';
export { KafkaServer } from './fleet/kafka-server.js';
export { StandaloneChild } from './fleet/standalone-child.js';
export { PostingProxy } from './posting/posting-proxy.js';
export { ServiceProcess, type ServiceLaunch } from './fleet/service-process.js';
