export * from './order.js';
export * from './program-at.js';
export * from './purchase-fact.js';
export * from './refund-worth.js';
export * from './windows.js';
