import { collector } from '@tessera/collector';
import { doorVariables, runService } from '@tessera/platform-service';

await runService(collector, doorVariables);
