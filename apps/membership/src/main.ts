import { membership, membershipSettingsFrom, membershipVariables } from '@tessera/membership';
import { serviceVariables, runService } from '@tessera/platform-service';

await runService(membership, serviceVariables.extend(membershipVariables.shape), membershipSettingsFrom);
