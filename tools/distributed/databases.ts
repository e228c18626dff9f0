import { randomBytes } from 'node:crypto';
import pg from 'pg';

/** A database and a role a service, as in production: none can read another's. */
export async function openDatabases(adminUrl: string, names: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    const urls = new Map<string, string>();
    for (const name of names) urls.set(name, await openDatabase(client, adminUrl, name));
    return urls;
  } finally {
    await client.end();
  }
}

/** The role's password is made anew at each start, so that it is kept nowhere. */
async function openDatabase(client: pg.Client, adminUrl: string, name: string): Promise<string> {
  const own = `tessera_${name}`;
  const password = randomBytes(24).toString('base64url');
  const exists = async (table: string, column: string): Promise<boolean> =>
    (await client.query(`SELECT 1 FROM ${table} WHERE ${column} = $1`, [own])).rowCount === 1;
  const [role, database] = [await exists('pg_roles', 'rolname'), await exists('pg_database', 'datname')];
  await client.query(`${role ? 'ALTER' : 'CREATE'} ROLE ${own} LOGIN PASSWORD '${password}'`);
  if (!database) {
    await client.query(`CREATE DATABASE ${own} OWNER ${own}`);
    await client.query(`REVOKE CONNECT ON DATABASE ${own} FROM PUBLIC`);
  }
  const url = new URL(adminUrl);
  url.username = own;
  url.password = password;
  url.pathname = `/${own}`;
  return url.href;
}
