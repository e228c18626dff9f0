import { campaign } from '@tessera/campaign';
import { collector } from '@tessera/collector';
import { ledger } from '@tessera/ledger';
import { membership } from '@tessera/membership';
import type { ServiceDefinition } from '@tessera/platform-service';
import { recommendation } from '@tessera/recommendation';
import { segmentation } from '@tessera/segmentation';

/** Every service there is, in the order in which data flows. */
export const serviceDefinitions: readonly ServiceDefinition[] = [
  collector,
  membership,
  ledger,
  segmentation,
  recommendation,
  campaign,
];
