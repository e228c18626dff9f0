export * from './errors.js';
export { describeStandalone } from './describe-standalone.js';
export { type Standalone, type StandaloneOptions, startStandalone } from './start-standalone.js';
export { type Mailbox, type MailboxOptions, openMailbox } from './mailbox/open-mailbox.js';
