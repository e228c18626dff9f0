import type { Books } from '@tessera/demo';
import type { Command } from 'commander';
import { connect, type ConnectionOptions, withConnection } from '../connection.js';
import { CliFailure } from '../failures.js';
import { type JsonOption, print, table, withJson } from '../output.js';

export function addVerify(program: Command): void {
  withJson(withConnection(program.command('verify')))
    .description("check the ledger's books from the first entry on; exit code 1 if they do not balance")
    .action(async (options: ConnectionOptions & JsonOption) => {
      const books = await connect(options).get<Books>('/ledger/v1/books');
      const body = books.checks.map(({ name, holds, detail }) => [holds ? 'holds' : 'BROKEN', name, detail]);
      print(table(['', 'check', 'detail'], body), books, options);
      if (!books.balanced) throw new CliFailure('The books do not balance.');
    });
}
