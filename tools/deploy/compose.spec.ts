import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { defaultProgram } from '@tessera/contracts';
import {
  compose,
  composeText,
  composeWith,
  freshEnvironment,
  read,
  ROOT,
  SERVICES,
  valuesOf,
  WITH_DATABASE,
} from './compose.features.js';

const REQUIRED = /\$\{(\w+):\?([^}]*)\}/g;
const OPTIONAL = /\$\{(\w+):-[^}]*\}/g;
const names = (pattern: RegExp, text: string): string[] => [
  ...new Set([...text.matchAll(pattern)].map(([, name = '']) => name)),
];

describe('docker-compose.yml', () => {
  const { services } = compose;
  const all = Object.entries(services);
  const ours = all.filter(([, { build }]) => build);

  it('has every service, what they need, and a migration for each that has a database', () => {
    const expected = [
      ...SERVICES,
      ...WITH_DATABASE.map((name) => `${name}-migration`),
      ...['kafka', 'postgres', 'redis', 'mail'],
    ];
    expect(Object.keys(services).sort()).toEqual(expected.sort());
  });

  it.each(SERVICES)('builds %s from the one Dockerfile', (name) => {
    expect(services[name]?.build).toMatchObject({ dockerfile: 'deploy/docker/Dockerfile', args: { APP: name } });
    expect(statSync(join(ROOT, 'apps', name, 'src/main.ts')).isFile()).toBe(true);
  });

  it.each(WITH_DATABASE)('gives %s a database, a role and a password of its own, made on the first start', (name) => {
    const variable = `${name.toUpperCase()}_PASSWORD`;
    const url = services[name]?.environment?.['DATABASE_URL'] ?? '';
    expect(url).toMatch(new RegExp(`^postgres://${name}:\\$\\{${variable}:\\?[^}]+\\}@postgres:5432/${name}$`));
    expect(services['postgres']?.environment).toHaveProperty(variable);
    const made = /for service in ([a-z ]+);/.exec(read('deploy/docker/postgres/10-databases.sh'))?.[1]?.split(' ');
    expect(made).toEqual([...WITH_DATABASE]);
  });

  it.each(WITH_DATABASE)('migrates for %s once, with its very settings, before it starts', (name) => {
    const { environment, depends_on } = services[name] ?? {};
    const migration = services[`${name}-migration`];
    expect(migration?.environment).toEqual({ ...environment, MIGRATE: 'only' });
    expect(migration?.restart).toBe('no');
    expect(migration?.depends_on).toEqual({ postgres: { condition: 'service_healthy' } });
    expect(depends_on?.[`${name}-migration`]).toEqual({ condition: 'service_completed_successfully' });
  });

  it('waits only for what says when it is well', () => {
    for (const [name, { depends_on = {} }] of all) {
      for (const [other, { condition }] of Object.entries(depends_on)) {
        const { healthcheck, build } = services[other] ?? {};
        if (condition === 'service_healthy') expect([name, other, healthcheck ?? build]).not.toContain(undefined);
      }
    }
    for (const name of SERVICES) expect(services[name]?.depends_on).toHaveProperty('kafka');
  });

  it('gives no privileges, and lets our own processes write nothing', () => {
    expect(composeText).not.toMatch(/privileged|cap_add|docker\.sock|network_mode|pid:|user: ["']?(root|0)/);
    for (const [, service] of ours) {
      expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] });
    }
  });

  it('opens ports on this machine alone, each once', () => {
    const ports = all.flatMap(([, { ports: own = [] }]) => own);
    const hosts = ports.map((port) => /^127\.0\.0\.1:\$\{[A-Z_]+:-(\d+)\}:\d+$/.exec(port)?.[1]);
    expect(hosts).not.toContain(undefined);
    expect(new Set(hosts).size).toBe(hosts.length);
    expect(hosts).toHaveLength(SERVICES.length + 2);
  });

  it('pins what it does not build', () => {
    const images = all.flatMap(([, { image }]) => image ?? []);
    expect(images).toHaveLength(4);
    for (const image of images) expect(image).toMatch(/:v?\d+\.\d+/);
  });
});

describe('the settings of docker-compose.yml', () => {
  const example = read('.env.example');

  it('holds no secret: whatever is one must be given, and the message says how', () => {
    const required = names(REQUIRED, composeText).sort();
    expect(required).toEqual(Object.keys(valuesOf(example)).sort());
    expect(Object.values(valuesOf(example)).every((value) => value === '')).toBe(true);
    for (const [, , message] of composeText.matchAll(REQUIRED)) expect(message).toContain('deploy/docker/make-env.mjs');
    expect(() => composeWith({})).toThrow('is missing a value: run deploy/docker/make-env.mjs first');
    for (const [, value] of composeText.matchAll(/^.*(?:PASSWORD|TOKENS|KEYS|CLUSTER_ID): (.*)$/gm)) {
      expect(value).toMatch(/^\$\{\w+:\?/);
    }
  });

  it('lists every other variable with its default', () => {
    for (const name of names(OPTIONAL, composeText)) expect(example).toMatch(new RegExp(`^#${name}=`, 'm'));
  });

  it('are made with a secret each, which differ each time', () => {
    const [first, second] = [freshEnvironment(), freshEnvironment()];
    expect(Object.keys(first.values)).toEqual(Object.keys(valuesOf(example)));
    const secrets = [...Object.values(first.values), ...Object.values(second.values)];
    expect(new Set(secrets).size).toBe(secrets.length);
    for (const [name, value] of Object.entries(first.values)) {
      if (name.endsWith('PASSWORD')) expect(value).toMatch(/^[A-Za-z0-9._-]{32,}$/);
    }
    expect(first.values['KAFKA_CLUSTER_ID']).toMatch(/^[A-Za-z0-9_][A-Za-z0-9_-]{21}$/);
    const tokens = JSON.parse(first.values['TESSERA_TOKENS'] ?? '') as unknown;
    expect(tokens).toEqual([
      {
        name: 'operator',
        sha256: createHash('sha256').update(first.token).digest('hex'),
        scopes: ['collect', 'read', 'write', 'admin'],
      },
    ]);
  });
});

describe('the program to begin with', () => {
  it('is that of standalone', () => {
    const { version, ...rules } = defaultProgram('EUR');
    expect([version, JSON.parse(read('deploy/docker/program.json'))]).toEqual([1, rules]);
  });
});

describe('the Dockerfile', () => {
  const text = read('deploy/docker/Dockerfile');
  const last = text.slice(text.lastIndexOf('\nFROM '));

  it('installs what is locked, builds, and leaves out what only builders need', () => {
    expect(text).toMatch(/npm ci .*\n.*run --silent build.*\n.*npm prune --omit=dev/);
    expect(last).not.toMatch(/npm|COPY (?!--from=build)/);
  });

  it('runs on the Node that the packages ask for, pinned', () => {
    const [, major = '', minor = ''] = /NODE_VERSION=(\d+)\.(\d+)/.exec(text) ?? [];
    const { engines } = JSON.parse(read('package.json')) as { engines: { node: string } };
    const [, lowest = '', lowestMinor = ''] = />=(\d+)\.(\d+)/.exec(engines.node) ?? [];
    expect([Number(major), Number(minor) >= Number(lowestMinor)]).toEqual([Number(lowest), true]);
    expect(text.match(/^FROM .*$/gm)).toEqual([
      'FROM node:${NODE_VERSION}-bookworm-slim AS build',
      'FROM node:${NODE_VERSION}-bookworm-slim',
    ]);
  });

  it('runs as nobody in particular, stops when asked, says whether it is well', () => {
    const [, user = ''] = /^USER (\d+)/m.exec(last) ?? [];
    expect(Number(user)).toBeGreaterThan(0);
    expect(last).toMatch(/^STOPSIGNAL SIGTERM$/m);
    expect(last).toMatch(/^HEALTHCHECK .*\n.*\/healthz/m);
    expect(last).toMatch(/^CMD \["node", /m);
  });

  it('is given nothing that .dockerignore does not name', () => {
    const lines = read('.dockerignore')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    expect(lines[0]).toBe('*');
    expect(lines).toEqual(expect.arrayContaining(['!package-lock.json', '**/node_modules', '**/dist', '**/.env*']));
  });
});
