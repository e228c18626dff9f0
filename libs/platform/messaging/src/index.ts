export * from './batch.js';
export * from './errors.js';
export * from './metrics.js';
export * from './reference-data.js';
export * from './refresh.js';
export * from './subjects.js';
