import { ledger } from '@tessera/ledger';
import { serviceVariables, runService } from '@tessera/platform-service';

await runService(ledger, serviceVariables);
