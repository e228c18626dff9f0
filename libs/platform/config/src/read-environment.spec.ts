import { z } from 'zod';
import { ConfigInvalid } from './config-invalid.js';
import { readEnvironment } from './read-environment.js';
import { flag, json, port, postgresUrl } from './variables.js';

const schema = z.object({
  PORT: port.default(3000).describe('where HTTP is served'),
  DATABASE_URL: postgresUrl,
  MIGRATE: flag.default(false),
  TOKENS: json(z.array(z.object({ name: z.string() }))),
});

const good = { DATABASE_URL: 'postgres://u:pw@localhost:5432/x', TOKENS: '[{"name":"a"}]' };

const problemsOf = (environment: Record<string, string>) => {
  try {
    readEnvironment(schema, environment);
  } catch (error) {
    if (error instanceof ConfigInvalid) return error;
    throw error;
  }
  throw new Error('accepted');
};

describe('readEnvironment', () => {
  it('parses, fills defaults and leaves out what it does not know', () => {
    expect(readEnvironment(schema, { ...good, PORT: '80', HOME: '/root' })).toEqual({
      PORT: 80,
      MIGRATE: false,
      DATABASE_URL: good.DATABASE_URL,
      TOKENS: [{ name: 'a' }],
    });
  });

  it('takes an empty variable as unset', () => {
    expect(readEnvironment(schema, { ...good, PORT: '', MIGRATE: '' })).toMatchObject({ PORT: 3000, MIGRATE: false });
  });

  it('names every wrong variable, what was expected and what was there', () => {
    const { problems, message } = problemsOf({ PORT: '70000', MIGRATE: 'perhaps', TOKENS: '[]' });
    expect(problems.map(({ variable }) => variable).sort()).toEqual(['DATABASE_URL', 'MIGRATE', 'PORT']);
    expect(message).toContain('PORT: expected a port from 0 to 65535; where HTTP is served (found "70000")');
    expect(message).toContain('DATABASE_URL: expected a PostgreSQL URL');
    expect(message).toContain('(it is not set)');
    expect(message).toContain('MIGRATE: expected true or false (found "perhaps")');
  });

  it.each(['12abc', '-1', '1.5', ' ', '1e3', '0x10'])('refuses %j as a port', (value) => {
    expect(problemsOf({ ...good, PORT: value }).message).toContain('PORT: expected a port');
  });

  it('never shows a secret, nor the password in a URL', () => {
    const { message } = problemsOf({ TOKENS: 'hunter2', DATABASE_URL: 'mysql://root:s3:c@ret@db/x' });
    expect(message).not.toContain('hunter2');
    expect(message).toContain('TOKENS: expected JSON (found a secret of 7 characters)');
    expect(message).not.toMatch(/s3|c@ret/);
    expect(message).toContain('found "mysql://root:***@db/x"');
  });

  it('says where inside a JSON variable the trouble is', () => {
    expect(problemsOf({ ...good, TOKENS: '[{"name":"a"},{}]' }).message).toContain('TOKENS: at 1.name: ');
  });
});
