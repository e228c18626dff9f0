import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Ajv } from 'ajv';
import { load } from 'js-yaml';
import { read, ROOT, SERVICES, WITH_DATABASE } from './compose.features.js';
import { componentOf, containerOf, ofKind, rendering, type Resource, resourcesIn, selects } from './helm.features.js';

const renderer = pathToFileURL(join(ROOT, 'deploy/helm/render.mjs')).href;
const { cases, digest } = (await import(renderer)) as { cases: string[]; digest: string };

const least = resourcesIn(rendering('least'));
const full = resourcesIn(rendering('full'));
const IN_FULL = SERVICES.filter((name) => name !== 'recommendation');
const components = (resources: readonly Resource[], kind: string): string[] =>
  ofKind(resources, kind).map(componentOf).sort();
const named = (resources: readonly Resource[], kind: string, component: string): Resource => {
  const found = ofKind(resources, kind).find((resource) => componentOf(resource) === component);
  if (!found) throw new Error(`there is no ${kind} of ${component}`);
  return found;
};

describe('the rendered chart', () => {
  it.each(cases)('%s is of the chart as it is now; else run deploy/helm/render.mjs', (name) => {
    expect(rendering(name).split('\n', 1)).toEqual([`# chart ${digest}`]);
  });

  it('runs every service, with what goes with it', () => {
    for (const kind of ['Deployment', 'Service', 'PodDisruptionBudget', 'NetworkPolicy']) {
      expect(components(least, kind)).toEqual([...SERVICES].sort());
      expect(components(full, kind)).toEqual([...IN_FULL].sort());
    }
    expect(components(least, 'Job')).toEqual([...WITH_DATABASE].sort());
    expect(ofKind(least, 'HorizontalPodAutoscaler')).toEqual([]);
  });

  it.each([...ofKind(least, 'Deployment'), ...ofKind(full, 'Deployment'), ...ofKind(full, 'Job')])(
    'gives $kind $metadata.name no privileges, and limits',
    (resource) => {
      const { spec } = resource.spec.template ?? {};
      const memory = resource.metadata.name.startsWith('tessera-ledger') ? '640Mi' : '512Mi';
      expect(spec).toMatchObject({
        automountServiceAccountToken: false,
        securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
      });
      expect(containerOf(resource)).toMatchObject({
        securityContext: {
          readOnlyRootFilesystem: true,
          allowPrivilegeEscalation: false,
          capabilities: { drop: ['ALL'] },
        },
        resources: { requests: { cpu: '250m' }, limits: { memory } },
      });
    },
  );

  it('asks the process whether it lives, and whether it may be sent work', () => {
    for (const deployment of ofKind(least, 'Deployment')) {
      expect(containerOf(deployment)).toMatchObject({
        startupProbe: { httpGet: { path: '/healthz', port: 'http' } },
        livenessProbe: { httpGet: { path: '/healthz', port: 'http' } },
        readinessProbe: { httpGet: { path: '/readyz', port: 'http' } },
        ports: [{ name: 'http' }],
      });
    }
  });

  it('finds the pods that it means, and no migrations', () => {
    for (const resources of [least, full]) {
      for (const deployment of ofKind(resources, 'Deployment')) {
        const pod = deployment.spec.template?.metadata.labels ?? {};
        const component = componentOf(deployment);
        const migration = resources.find((one) => one.kind === 'Job' && componentOf(one) === component);
        const migrating = migration?.spec.template?.metadata.labels ?? {};
        const selectors = [
          deployment.spec.selector?.matchLabels,
          named(resources, 'Service', component).spec.selector as Readonly<Record<string, string>>,
          named(resources, 'PodDisruptionBudget', component).spec.selector?.matchLabels,
          named(resources, 'NetworkPolicy', component).spec.podSelector?.matchLabels,
        ];
        for (const selector of selectors) {
          expect([selects(selector ?? { none: '' }, pod), selects(selector ?? {}, migrating)]).toEqual([true, false]);
        }
      }
    }
  });

  it('migrates before a rollout, with the very settings of the service', () => {
    for (const job of ofKind(full, 'Job')) {
      const service = containerOf(named(full, 'Deployment', componentOf(job)));
      expect(job.metadata.annotations).toMatchObject({ 'helm.sh/hook': 'pre-install,pre-upgrade' });
      expect(containerOf(job).image).toBe(service.image);
      expect(containerOf(job).env).toEqual([{ name: 'MIGRATE', value: 'only' }, ...service.env]);
    }
  });

  it('has no secret in it', () => {
    const isSecret = /PASSWORD|TOKENS|KEYS|DATABASE_URL|SMTP_URL/;
    for (const resource of [...least, ...full].filter(({ spec }) => spec?.template)) {
      for (const { name, value, valueFrom } of containerOf(resource).env) {
        if (isSecret.test(name))
          expect([name, value, valueFrom?.secretKeyRef.name]).toEqual([name, undefined, 'tessera']);
      }
    }
    expect([...ofKind(least, 'Secret'), ...ofKind(full, 'Secret')]).toEqual([]);
  });

  it('scales by the lag of each service, to no more replicas than there are partitions', () => {
    expect(components(full, 'HorizontalPodAutoscaler')).toEqual([...IN_FULL].sort());
    for (const scaler of ofKind(full, 'HorizontalPodAutoscaler')) {
      const component = componentOf(scaler);
      expect(scaler.spec.maxReplicas).toBe(4);
      expect(scaler.spec.scaleTargetRef?.name).toBe(named(full, 'Deployment', component).metadata.name);
      expect(named(full, 'Deployment', component).spec.replicas).toBeUndefined();
      const byLag = {
        type: 'External',
        external: { metric: { name: 'tessera_lag_events', selector: { matchLabels: { service: component } } } },
      };
      const byCpu = { type: 'Resource', resource: { name: 'cpu' } };
      expect(scaler.spec.metrics).toMatchObject([component === 'collector' ? byCpu : byLag]);
    }
  });

  it('lets only campaign reach a mail server', () => {
    for (const policy of ofKind(least, 'NetworkPolicy')) {
      const ports = policy.spec.egress?.flatMap((rule) => rule.ports.map(({ port }) => port)) ?? [];
      expect(ports).toEqual(expect.arrayContaining([53, 5432, 9092]));
      expect(ports.includes(587)).toBe(componentOf(policy) === 'campaign');
    }
  });

  it('keeps our own label in the metrics', () => {
    const [monitor] = ofKind(full, 'ServiceMonitor');
    expect(monitor?.spec.endpoints).toMatchObject([
      { path: '/metrics', honorLabels: true, relabelings: [{ targetLabel: 'job', replacement: 'tessera' }] },
    ]);
  });
});

describe('the values', () => {
  const values = load(read('deploy/helm/tessera/values.yaml')) as Record<string, unknown>;
  const validate = new Ajv({ strict: false }).compile(
    JSON.parse(read('deploy/helm/tessera/values.schema.json')) as object,
  );
  const given = {
    ...values,
    existingSecret: 'tessera',
    kafka: { ...(values['kafka'] as object), brokers: 'kafka:9092' },
  };
  const defaults = values['defaults'] as object;

  it('are complete when the secret and the brokers are given', () => {
    expect([validate(given), validate.errors]).toEqual([true, null]);
  });

  it.each([
    ['no secret', values],
    ['brokers without a port', { ...given, kafka: { brokers: 'kafka', partitions: 1 } }],
    ['a name that is none', { ...given, replicas: 2 }],
    ['a service that is none', { ...given, services: { shop: { enabled: true } } }],
    ['a secret among the environment', { ...given, defaults: { ...defaults, env: { DATABASE_URL: 'postgres://x' } } }],
    ['a number that would become 7.2e+06', { ...given, defaults: { ...defaults, env: { BOOKS_CHECK_MS: 7_200_000 } } }],
    ['part of a replica', { ...given, defaults: { ...defaults, replicas: 1.5 } }],
  ])('refuse %s', (_what, wrong) => {
    expect(validate(wrong)).toBe(false);
  });
});
