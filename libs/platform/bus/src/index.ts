export * from './log.js';
export * from './errors.js';
export { partitionOf } from './partitioner.js';
export { EmbeddedLog, type EmbeddedLogOptions } from './embedded/embedded-log.js';
