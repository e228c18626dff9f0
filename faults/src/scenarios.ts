import { backlog } from './backlog.fault.js';
import { brokerNodeLost } from './broker-node-lost.fault.js';
import { broker } from './broker.fault.js';
import { churn } from './churn.fault.js';
import { clock } from './clock.fault.js';
import { consumerAfterCommit } from './consumer-after-commit.fault.js';
import { consumerAtCommit } from './consumer-at-commit.fault.js';
import { consumerFrozen } from './consumer-frozen.fault.js';
import { consumerInTransaction } from './consumer-in-transaction.fault.js';
import { consumerKill } from './consumer-kill.fault.js';
import { database } from './database.fault.js';
import { duplicates } from './duplicates.fault.js';
import { lateCommitter } from './late-committer.fault.js';
import { mail, mailKill } from './mail.fault.js';
import { poison } from './poison.fault.js';
import { redis } from './redis.fault.js';
import { relayAfterAck } from './relay-after-ack.fault.js';
import { relayFrozen } from './relay-frozen.fault.js';
import { relayKill } from './relay-kill.fault.js';
import { restore } from './restore.fault.js';
import { rollingRestart } from './rolling-restart.fault.js';
import type { Scenario } from './scenario.js';
import { standaloneKill } from './standalone-kill.fault.js';

/** In the order in which a run of all goes through them. */
export const SCENARIOS: readonly Scenario[] = [
  standaloneKill,
  consumerKill,
  consumerInTransaction,
  consumerAtCommit,
  consumerAfterCommit,
  consumerFrozen,
  relayKill,
  relayAfterAck,
  relayFrozen,
  lateCommitter,
  churn,
  rollingRestart,
  poison,
  duplicates,
  clock,
  backlog,
  mail,
  mailKill,
  database,
  broker,
  brokerNodeLost,
  redis,
  restore,
];
