export * from './cache.js';
export * from './in-memory-cache.js';
export * from './redis-cache.js';
