export * from './errors.js';
export { describeStandalone } from './describe-standalone.js';
export { type Standalone, type StandaloneOptions, startStandalone } from './start-standalone.js';
export { type Mailbox, type MailboxOptions, openMailbox } from './mailbox/open-mailbox.js';
export { settleContactKeys } from './contact-keys.js';
export { newToken, operatorToken } from './data-folder.js';
export { serviceDefinitions } from './service-definitions.js';
export {
  type DistributedFront,
  type DistributedFrontOptions,
  openDistributedFront,
} from './distributed/open-distributed-front.js';
