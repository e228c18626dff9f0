import { campaign } from '@tessera/campaign';
import { collector } from '@tessera/collector';
import { ledger } from '@tessera/ledger';
import { membership } from '@tessera/membership';
import type { ServiceDefinition } from '@tessera/platform-service';
import { segmentation } from '@tessera/segmentation';

/**
 * What runs in one process, in the order in which data flows. Recommendation is left to a process of its own for now: making the
 * lists of a whole shop anew takes longer than all the rest together.
 */
export const serviceDefinitions: readonly ServiceDefinition[] = [collector, membership, ledger, segmentation, campaign];
