import { ledger, ledgerSettingsFrom, ledgerVariables } from '@tessera/ledger';
import { serviceVariables, runService } from '@tessera/platform-service';

await runService(ledger, serviceVariables.extend(ledgerVariables.shape), ledgerSettingsFrom);
