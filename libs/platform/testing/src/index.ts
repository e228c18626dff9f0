export * from './builders.js';
export * from './records.js';
export * from './scratch-database.js';
export * from './wire.js';
