export * from './caller.js';
export * from './decorators.js';
export * from './errors.js';
export * from './scope.guard.js';
export * from './tokens.js';
