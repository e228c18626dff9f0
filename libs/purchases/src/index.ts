export * from './order.js';
export * from './program-at.js';
export * from './purchase-fact.js';
export * from './refund-worth.js';
export * from './windows.js';
export * from './persistence/programs.js';
export * from './persistence/purchase-facts.js';
export { purchaseMigrations } from './persistence/migrations/index.js';
