import { parser } from '@prometheus-io/lezer-promql';

/** A metric as an expression names it, with every label that it must have for the expression to mean something. */
export type Named = Readonly<{ metric: string; labels: readonly string[] }>;

type Node = NonNullable<ReturnType<ReturnType<typeof parser.parse>['topNode']['getChild']>>;

/** What Grafana puts in before it asks, as Prometheus would see it. */
const filledIn = (expression: string): string =>
  expression.replaceAll('$__rate_interval', '5m').replaceAll('$service', '.*');

/** Every metric that an expression names. Throws where it is no PromQL. */
export function namedIn(expression: string): readonly Named[] {
  const text = filledIn(expression);
  const of = ({ from, to }: Node): string => text.slice(from, to);
  const named: Named[] = [];

  const visit = (node: Node, grouped: readonly string[]): void => {
    if (node.type.isError) throw new Error(`no PromQL at ${node.from}: ${text}`);
    const grouping = node.name === 'AggregateExpr' ? labelsOf(node.getChild('AggregateModifier'), of) : [];
    if (node.name === 'VectorSelector') {
      const metric = node.getChild('Identifier');
      const matched = labelsOf(node.getChild('LabelMatchers'), of);
      named.push({ metric: metric ? of(metric) : '', labels: [...new Set([...grouped, ...matched])] });
    }
    for (let child = node.firstChild; child; child = child.nextSibling) visit(child, [...grouped, ...grouping]);
  };
  visit(parser.parse(text).topNode, []);
  return named;
}

function labelsOf(node: Node | null, of: (node: Node) => string): readonly string[] {
  const labels: string[] = [];
  node?.cursor().iterate((inner) => {
    if (inner.name === 'LabelName') labels.push(of(inner.node));
  });
  return labels;
}

/** From a Prometheus text, the labels of each metric that has a sample. */
export function metricsIn(exposition: string): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  for (const [, metric = '', labels = ''] of exposition.matchAll(/^([A-Za-z_:][\w:]*)(?:\{(.*)\})? \S+$/gm)) {
    const known = found.get(metric) ?? new Set<string>();
    for (const [, label = ''] of labels.matchAll(/(\w+)="(?:[^"\\]|\\.)*"/g)) known.add(label);
    found.set(metric, known);
  }
  return found;
}
