import { segmentation } from '@tessera/segmentation';
import { serviceVariables, runService } from '@tessera/platform-service';

await runService(segmentation, serviceVariables);
