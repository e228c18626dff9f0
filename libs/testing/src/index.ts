export * from '@tessera/platform-testing';
export * from './test-service.js';
export { UnreachableLog } from './unreachable-log.js';
export * from './erasure-anywhere.js';
