import { contracts, type EventContract } from '@tessera/contracts';
import { SERVICES } from '@tessera/demo';
import type { Stage } from '../stage.js';

const RECORDS_A_READ = 5_000;

/**
 * Everything that is on two of the topics is put on them once more. Who publishes states is away meanwhile: what it said in between would be
 * followed by what is older, and compaction would keep that.
 */
export async function topicsAgain(stage: Stage, turn: number): Promise<string> {
  const chosen = [0, 1].map((at) => contractAt(turn + at * (contracts.length >> 1)));
  let count = 0;
  for (const { topic, keep, producer } of chosen) {
    const again = async (): Promise<void> => void (count += await putAgain(stage, topic));
    if (keep === 'compacted' && producer !== 'collector') await whileAway(stage, producer, again);
    else await again();
  }
  return `${count} records of ${chosen.map(({ topic }) => topic).join(' and ')} put on the log again`;
}

function contractAt(place: number): EventContract {
  const contract = contracts[place % contracts.length];
  if (!contract) throw new Error('There are no topics.');
  return contract;
}

async function putAgain({ fleet }: Stage, topic: string): Promise<number> {
  let count = 0;
  for (const { partition, earliest, end } of await fleet.log.offsets([topic])) {
    for (let offset = earliest; offset < end;) {
      const records = await fleet.log.read({ topic, partition, offset, limit: Math.min(RECORDS_A_READ, end - offset) });
      await fleet.log.append(records.map(({ key, value, headers }) => ({ topic, key, value, headers })));
      count += records.length;
      offset = (records.at(-1)?.offset ?? end) + 1;
    }
  }
  return count;
}

/** The log forgets how far a service is, which itself knows it. */
export async function groupRewound(stage: Stage, turn: number): Promise<string> {
  const name = SERVICES[turn % SERVICES.length] ?? '';
  await whileAway(stage, name, () => stage.fleet.rewind(name));
  return `the group of ${name} rewound to the beginning`;
}

/** A service forgets it too, and handles everything again. */
export async function positionsForgotten(stage: Stage, turn: number): Promise<string> {
  const { fleet, servers } = stage;
  const name = SERVICES[(turn + 1) % SERVICES.length] ?? '';
  await whileAway(stage, name, async () => {
    await fleet.rewind(name);
    await servers.postgres.query(fleet.databaseOf(name), 'UPDATE consumer_offsets SET next_offset = 0');
  });
  return `how far ${name} was is forgotten on the log and by itself`;
}

async function whileAway({ fleet }: Stage, name: string, work: () => Promise<void>): Promise<void> {
  const service = fleet.service(name);
  await service.stop();
  await work();
  service.start();
  await service.ready();
}
