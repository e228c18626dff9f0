import { readFileSync } from 'node:fs';
import { guideCommands } from './guide-commands.js';

describe('the commands of the guide', () => {
  it('are those of its blocks', () => {
    const guide =
      'Do\n\n```sh\npg_dump --file=a.dump "$URL"\n```\n\n1. and\n\n   ```sh\n   dropdb a\n   pg_restore a.dump\n   ```\n';
    expect(guideCommands(guide)).toEqual({
      backUp: 'pg_dump --file=a.dump "$URL"',
      putInPlace: 'dropdb a\npg_restore a.dump',
    });
    expect(() => guideCommands('Nothing.')).toThrow('pg_dump');
  });

  it('are in the guide', () => {
    const { backUp, putInPlace } = guideCommands(
      readFileSync(new URL('../../../docs/guide/restore.md', import.meta.url), 'utf8'),
    );
    expect(backUp).toContain('ledger.dump "$LEDGER_DATABASE_URL"');
    expect(putInPlace).toMatch(/dropdb .*createdb .*\n.*pg_restore .*"\$LEDGER_DATABASE_URL" ledger\.dump/);
  });
});
