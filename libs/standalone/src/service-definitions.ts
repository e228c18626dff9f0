import type { ServiceDefinition } from '@tessera/platform-service';

/** Every service there is, in the order in which data flows. */
export const serviceDefinitions: readonly ServiceDefinition[] = [];
