export * from './errors.js';
export { describeStandalone } from './describe-standalone.js';
export { type Standalone, type StandaloneOptions, startStandalone } from './start-standalone.js';
