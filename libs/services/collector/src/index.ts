export { collector } from './collector.definition.js';
