import type { MessagingLogger } from '../logger.js';

const nothing = (): void => undefined;

/** For suites in which failures are meant. */
export const silentLogger: MessagingLogger = { debug: nothing, info: nothing, warn: nothing, error: nothing };
