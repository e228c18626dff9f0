import { topicSpecs } from '@tessera/contracts';
import { membership, membershipSettingsFrom, membershipVariables } from '@tessera/membership';
import { EmbeddedLog } from '@tessera/platform-bus';
import { serviceVariables, runService } from '@tessera/platform-service';

// The embedded log is for one process: services that share one run together in standalone. Kafka takes its place here.
await runService(
  membership,
  serviceVariables.extend(membershipVariables.shape),
  async ({ LOG_DATABASE_URL, LOG_PARTITIONS }) => {
    const log = await EmbeddedLog.open({ databaseUrl: LOG_DATABASE_URL });
    await log.ensureTopics(topicSpecs({ partitions: LOG_PARTITIONS }));
    return log;
  },
  membershipSettingsFrom,
);
