import { recommendation } from '@tessera/recommendation';
import { serviceVariables, runService } from '@tessera/platform-service';

await runService(recommendation, serviceVariables);
