import { readFileSync } from 'node:fs';
import { KafkaTopics, type TopicChange } from '@tessera/platform-bus';
import { readEnvironment } from '@tessera/platform-config';
import { kafkaOptions, logVariables } from '@tessera/platform-service';
import type { Command } from 'commander';
import { z } from 'zod';
import { UsageError } from '../failures.js';
import { type JsonOption, print, table, withJson } from '../output.js';

type Options = JsonOption & { file: string; dryRun?: true; grow?: true };

const topics = z
  .array(
    z.object({
      topic: z.string().min(1),
      partitions: z.int().positive(),
      cleanup: z.enum(['compact', 'delete']),
      retentionMs: z.int().positive().nullable(),
    }),
  )
  .min(1);

export function addTopics(root: Command): void {
  const command = root.command('topics').description('the topics of a Kafka; acts on KAFKA_BROKERS, not on --url');
  withJson(command.command('apply'))
    .description('create missing topics and mend settings; nothing is ever deleted or shrunk')
    .option('--file <file>', 'what there should be', 'deploy/topics/topics.json')
    .option('--dry-run', 'show what would change; change nothing')
    .option('--grow', 'also add partitions to topics that have fewer: members move to other partitions')
    .action(applyTopics);
}

async function applyTopics(options: Options): Promise<void> {
  const specs = readTopics(options.file);
  const kafka = kafkaOptions(readEnvironment(logVariables), 'tessera-cli');
  if (!kafka) throw new UsageError('KAFKA_BROKERS must name the brokers to act on.');

  const cluster = await KafkaTopics.open(kafka);
  try {
    const found = await cluster.plan(specs);
    const planned = found.filter(({ kind }) => kind !== 'grow' || options.grow);
    const left = found.length - planned.length;
    if (!options.dryRun) await cluster.apply(specs, planned);
    const notes = [
      planned.length === 0
        ? 'All topics are as they should be.'
        : options.dryRun
          ? `${count(planned)} would change. Nothing was changed.`
          : `${count(planned)} changed.`,
      ...(left > 0 ? [`${left} have fewer partitions than the file says, and keep them: --grow adds the others.`] : []),
    ];
    const lines = found.flatMap(({ topic, kind, changes }) =>
      kind === 'create'
        ? [[topic, kind, `${changes[0]?.to ?? ''} partitions`]]
        : changes.map(({ what, from, to }) => [topic, kind, `${what}: ${from ?? 'unset'} -> ${to}`]),
    );
    const text = found.length === 0 ? notes.join('\n') : [table(['topic', '', 'change'], lines), ...notes].join('\n');
    print(text, { changes: planned, dryRun: options.dryRun ?? false }, options);
  } finally {
    await cluster.close();
  }
}

const count = (planned: readonly TopicChange[]): string => {
  const { size } = new Set(planned.map(({ topic }) => topic));
  return `${size} topic${size === 1 ? '' : 's'}`;
};

function readTopics(file: string): z.infer<typeof topics> {
  try {
    return topics.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    throw new UsageError(`${file} is no list of topics: ${(error as Error).message}`);
  }
}
