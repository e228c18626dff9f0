import { readProgress } from '@tessera/demo';
import type { Command } from 'commander';
import { connect, type ConnectionOptions, withConnection } from '../connection.js';
import { type JsonOption, print, table, withJson } from '../output.js';

export function addProgress(program: Command): void {
  withJson(withConnection(program.command('progress')))
    .description('how far each service has come: what it handled, what is left, up to when its windows have moved')
    .action(async (options: ConnectionOptions & JsonOption) => {
      const progress = await readProgress(connect(options));
      const head = [
        'service',
        'handled',
        'lag',
        'outbox',
        'members due',
        'parked',
        'dead letters',
        'windows up to',
        'next exit',
      ];
      const body = progress.map(({ service, handled, lag, outbox, work, parked, deadLetters, ...exits }) => {
        const waiting = parked.map(({ waitsFor, count }) => `${count} for ${waitsFor}`).join(', ');
        return [
          service,
          handled,
          lag,
          outbox,
          work,
          waiting || 0,
          deadLetters,
          exits.exitsAppliedUntil,
          exits.nextExit,
        ];
      });
      print(table(head, body), progress, options);
    });
}
