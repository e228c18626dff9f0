import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freshEnvironment, ROOT, type Values } from './compose.features.js';
import { componentOf, containerOf, ofKind, rendering, type Resource, resourcesIn } from './helm.features.js';
import { settingsRefused } from './shells.features.js';

const CASES = ['least', 'full'];
const { values } = freshEnvironment();

/** What the keys of the Secret hold, by the chart's own account of them. */
const SECRET: Values = {
  tokens: (values['TESSERA_TOKENS'] ?? '').replaceAll("'", ''),
  'contact-keys': values['TESSERA_CONTACT_KEYS'] ?? '',
  'smtp-url': 'smtps://user:password@mail.shop.example',
  'kafka-sasl-username': 'tessera',
  'kafka-sasl-password': 'secret',
};

const environmentOf = (deployment: Resource): Values =>
  Object.fromEntries(
    containerOf(deployment).env.map(({ name, value, valueFrom }) => {
      const key = valueFrom?.secretKeyRef.key ?? '';
      const secret = key.endsWith('-database-url') ? `postgres://u:p@postgres:5432/${key}` : SECRET[key];
      return [name, value ?? secret ?? ''];
    }),
  );

describe.each(CASES)('services with the settings of the chart (%s)', (name) => {
  it('have all that they ask for', async () => {
    const deployments = ofKind(resourcesIn(rendering(name)), 'Deployment');
    const environments = Object.fromEntries(deployments.map((one) => [componentOf(one), environmentOf(one)]));

    const { wrong, said } = await settingsRefused(environments);

    expect({ wrong, said }).toEqual({ wrong: Object.keys(environments).flatMap((one) => [one, 'PORT']), said });
  });
});

const has = (command: string, ...parameters: string[]): boolean => spawnSync(command, parameters).status === 0;

const hasHelm = has('helm', 'version');
(hasHelm ? describe : describe.skip)(`helm itself${hasHelm ? '' : ', NOT RUN: it is not installed here'}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'tessera-helm-'));
  const chart = join(ROOT, 'deploy/helm/tessera');
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('lints the chart and renders what is kept', () => {
    const { status, stderr } = spawnSync(process.execPath, [join(ROOT, 'deploy/helm/render.mjs'), folder]);
    expect([status, stderr.toString()]).toEqual([0, '']);
    for (const name of CASES) expect(readFileSync(join(folder, `${name}.yaml`), 'utf8')).toBe(rendering(name));
  });

  it.each([
    ['what must be given', '{}', 'existingSecret'],
    [
      'a value that is none',
      '{ existingSecret: s, kafka: { brokers: "k:1" }, mail: { from: a@b.example }, replicas: 3 }',
      'replicas',
    ],
    ['a sender for campaign', '{ existingSecret: s, kafka: { brokers: "k:1" } }', 'mail.from'],
  ])('asks for %s', (_what, given, named) => {
    const file = join(folder, 'wrong.yaml');
    writeFileSync(file, given);
    const { status, stderr } = spawnSync('helm', ['template', chart, '--kube-version', '1.31.0', '--values', file]);
    expect([status, stderr.toString()]).toEqual([1, expect.stringContaining(named)]);
  });
});

const hasValidator = has('kubernetes-validate', '--version');
const isWanted = hasValidator || process.env['CI'] === 'true';
(isWanted ? describe : describe.skip)(
  `the schemas of Kubernetes${hasValidator ? '' : ', NOT RUN: kubernetes-validate is not installed here'}`,
  () => {
    it.each(CASES.flatMap((name) => ['1.27', '1.31', '1.35'].map((version) => [name, version] as const)))(
      'take %s, for Kubernetes %s',
      (name, version) => {
        const { status, stdout, stderr } = spawnSync('kubernetes-validate', [
          ...['--strict', '--kubernetes-version', version],
          join(ROOT, `deploy/helm/rendered/${name}.yaml`),
        ]);
        const said = stdout.toString() + stderr.toString();
        expect([status, said]).toEqual([0, expect.not.stringMatching(/ERROR|failed/)]);
        expect(said.match(/ passed for resource /g)?.length).toBeGreaterThan(20);
      },
    );
  },
);
