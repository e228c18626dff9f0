import { randomUUID } from 'node:crypto';
import pg from 'pg';

export type ScratchDatabase = Readonly<{ url: string; drop(): Promise<void> }>;

const clusterUrl = (): string => {
  const url = process.env['TESSERA_TEST_POSTGRES'];
  if (!url)
    throw new Error('TESSERA_TEST_POSTGRES is not set: run this suite with `npm test`, which starts a PostgreSQL.');
  return url;
};

const onCluster = async (sql: string): Promise<void> => {
  const client = new pg.Client({ connectionString: clusterUrl() });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
};

/** A database of its own in the run's PostgreSQL; from a template (another database nobody is connected to) it comes with its tables. */
export async function scratchDatabase({ template }: { template?: string } = {}): Promise<ScratchDatabase> {
  const name = `scratch_${randomUUID().replaceAll('-', '')}`;
  await onCluster(`CREATE DATABASE ${name}${template ? ` TEMPLATE ${template}` : ''}`);
  const url = new URL(clusterUrl());
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => onCluster(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
}
