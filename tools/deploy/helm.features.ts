import { loadAll } from 'js-yaml';
import { read } from './compose.features.js';

export type EnvironmentVariable = Readonly<{
  name: string;
  value?: string;
  valueFrom?: Readonly<{ secretKeyRef: Readonly<{ name: string; key: string }> }>;
}>;

type Container = Readonly<{
  image: string;
  env: readonly EnvironmentVariable[];
  securityContext: object;
  resources: Readonly<{ requests: object; limits: Readonly<{ memory?: string }> }>;
  ports?: readonly Readonly<{ name: string }>[];
  startupProbe?: object;
  livenessProbe?: object;
  readinessProbe?: object;
}>;

type Labels = Readonly<Record<string, string>>;

type Pod = Readonly<{
  metadata: Readonly<{ labels: Labels }>;
  spec: Readonly<{ securityContext: object; automountServiceAccountToken: boolean; containers: readonly Container[] }>;
}>;

export type Resource = Readonly<{
  kind: string;
  metadata: Readonly<{ name: string; labels: Labels; annotations?: Labels }>;
  spec: Readonly<{
    template?: Pod;
    replicas?: number;
    selector?: Labels & Readonly<{ matchLabels?: Labels }>;
    podSelector?: Readonly<{ matchLabels: Labels }>;
    maxReplicas?: number;
    scaleTargetRef?: Readonly<{ name: string }>;
    metrics?: readonly object[];
    endpoints?: readonly object[];
    egress?: readonly Readonly<{ ports: readonly Readonly<{ port: number | string }>[] }>[];
  }>;
}>;

export const rendering = (name: string): string => read(`deploy/helm/rendered/${name}.yaml`);

export const resourcesIn = (text: string): readonly Resource[] => loadAll(text).filter(Boolean) as Resource[];

export const ofKind = (resources: readonly Resource[], kind: string): readonly Resource[] =>
  resources.filter((resource) => resource.kind === kind);

export const componentOf = ({ metadata }: Resource): string => metadata.labels['app.kubernetes.io/component'] ?? '';

export const containerOf = ({ spec }: Resource): Container => {
  const [container] = spec.template?.spec.containers ?? [];
  if (!container) throw new Error('has no container');
  return container;
};

export const selects = (selector: Labels, labels: Labels): boolean =>
  Object.entries(selector).every(([label, value]) => labels[label] === value);
