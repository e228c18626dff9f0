import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import pg from 'pg';
import { composeWith, freshEnvironment, read, ROOT, SERVICES, WITH_DATABASE } from './compose.features.js';
import { LOADER, run, settingsRefused, SOURCES } from './shells.features.js';

const { values } = freshEnvironment();
const { services } = composeWith(values);

const built = SERVICES.filter((name) => read(`apps/${name}/src/main.ts`).includes('runService'));

describe('services with the settings of docker-compose.yml', () => {
  it('have all that they ask for', async () => {
    const { wrong, said } = await settingsRefused(
      Object.fromEntries(built.map((name) => [name, services[name]?.environment ?? {}])),
    );

    expect({ wrong, said }).toEqual({ wrong: built.flatMap((name) => [name, 'PORT']), said });
  });
});

const hasPsql = spawnSync('psql', ['--version']).status === 0;
const suite = hasPsql ? describe : describe.skip;

suite(`the databases that the first start makes${hasPsql ? '' : ', NOT RUN: there is no psql here'}`, () => {
  const server = new URL(process.env['TESSERA_TEST_POSTGRES'] ?? '');
  const superuser = { connectionString: server.href };

  const as = (role: string, database: string): string => {
    const url = new URL(server);
    Object.assign(url, {
      username: role,
      password: values[`${role.toUpperCase()}_PASSWORD`],
      pathname: `/${database}`,
    });
    return url.href;
  };

  const query = async (connectionString: string, sql: string): Promise<unknown[]> => {
    const client = new pg.Client({ connectionString });
    await client.connect();
    try {
      return (await client.query(sql)).rows;
    } finally {
      await client.end();
    }
  };

  beforeAll(async () => {
    const { code, said } = await run('sh', [join(ROOT, 'deploy/docker/postgres/10-databases.sh')], {
      ...values,
      PGHOST: server.hostname,
      PGPORT: server.port,
      PGPASSWORD: decodeURIComponent(server.password),
      POSTGRES_USER: decodeURIComponent(server.username),
    });
    expect({ code, said }).toEqual({ code: 0, said: '' });
  });

  afterAll(async () => {
    for (const name of WITH_DATABASE) {
      await query(superuser.connectionString, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      await query(superuser.connectionString, `DROP ROLE IF EXISTS ${name}`);
    }
  });

  it.each(WITH_DATABASE)('let %s into its own and no other', async (name) => {
    expect(await query(as(name, name), 'SELECT current_user::text AS role')).toEqual([{ role: name }]);
    for (const other of WITH_DATABASE) {
      if (other !== name) await expect(query(as(name, other), 'SELECT 1')).rejects.toThrow('permission denied');
    }
  });

  it('are brought up to date by a migration, by the role of its service', async () => {
    const environment = { ...services['ledger-migration']?.environment, DATABASE_URL: as('ledger', 'ledger') };

    const main = join(ROOT, 'apps/ledger/src/main.ts');
    const { code, said } = await run(process.execPath, [...SOURCES, LOADER, main], environment);

    expect({ code, said }).toEqual({ code: 0, said: expect.stringContaining('the database is up to date') });
    const tables = await query(as('ledger', 'ledger'), "SELECT 1 FROM pg_tables WHERE tablename = 'outbox'");
    expect(tables).toHaveLength(1);
  });
});
