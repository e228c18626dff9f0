import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { guideCommands } from './guide-commands.js';

const run = promisify(execFile);
const GUIDE = new URL('../../../docs/guide/restore.md', import.meta.url);
const OUTPUT_BYTES_MAX = 512 * 1_024 * 1_024;
/** A line of a dump that is another each time. */
const RANDOM_LINE = /^\\(un)?restrict .*$/gm;

/** The PostgreSQL that is installed on this machine, with the programs that make dumps and read them. */
export type Installed = Readonly<{ programs: string }>;

/** Undefined where there is none: dumps are made by the programs of the server's own version. */
export async function installedPostgres(): Promise<Installed | undefined> {
  const said = await run('pg_config', ['--bindir']).catch(() => undefined);
  const programs = said?.stdout.trim() ?? '';
  const isWhole = ['initdb', 'postgres', 'pg_ctl', 'pg_dump', 'pg_restore'].every((name) =>
    existsSync(join(programs, name)),
  );
  return isWhole ? { programs } : undefined;
}

/** A database by its name and URL. */
export type Database = Readonly<{ name: string; url: string }>;

/** Backs databases up and puts backups in their place, by the very commands of the guide. */
export class Backups {
  private readonly commands = guideCommands(readFileSync(GUIDE, 'utf8'));

  constructor(
    private readonly installed: Installed,
    /** Holds the backups. */
    private readonly folder: string,
  ) {}

  /** While it is in use. A later backup takes the place of an earlier one. */
  async backUp(database: Database): Promise<void> {
    await this.type(this.commands.backUp, database);
  }

  /** Nobody may be connected to it. */
  async putInPlace(database: Database): Promise<void> {
    await this.type(this.commands.putInPlace, database);
  }

  /** All rows of all tables, as text. */
  async contents({ url }: Database): Promise<string> {
    const program = join(this.installed.programs, 'pg_dump');
    const { stdout } = await run(program, ['--data-only', url], { maxBuffer: OUTPUT_BYTES_MAX });
    return stdout.replace(RANDOM_LINE, '');
  }

  /** The guide's example is the ledger. */
  private async type(commands: string, { name, url }: Database): Promise<void> {
    const { hostname, port, username, password } = new URL(url);
    const told = {
      LEDGER_DATABASE_URL: url,
      PGHOST: hostname,
      PGPORT: port,
      PGUSER: username,
      PGPASSWORD: decodeURIComponent(password),
    };
    const typed = `PATH="${this.installed.programs}:$PATH"\n${commands.replaceAll(/\bledger\b/g, name)}`;
    const environment = Object.entries(told).map(([variable, value]) => `${variable}=${value}`);
    await run('env', [...environment, 'sh', '-e', '-c', typed], { cwd: this.folder });
  }
}
