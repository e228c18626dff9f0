export * from './arrays.js';
export * from './data-source.js';
export * from './transaction.js';
export * from './transience.js';
