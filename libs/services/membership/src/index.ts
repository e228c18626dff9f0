export { membership } from './membership.definition.js';
