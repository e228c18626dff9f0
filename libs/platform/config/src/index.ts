export * from './config-invalid.js';
export * from './read-environment.js';
export * from './variables.js';
