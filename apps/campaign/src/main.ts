import { campaign, campaignSettingsFrom, campaignVariables } from '@tessera/campaign';
import { serviceVariables, runService } from '@tessera/platform-service';

await runService(campaign, serviceVariables.extend(campaignVariables.shape), campaignSettingsFrom);
