import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export type CollectedSpan = Readonly<{
  service: string;
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: 'internal' | 'server' | 'client' | 'producer' | 'consumer';
  links: readonly string[];
  failed: boolean;
}>;

export type OtlpCollector = Readonly<{ endpoint: string; spans: CollectedSpan[]; close(): Promise<void> }>;

/** The body of an export, as far as it is looked at here (OTLP/HTTP with JSON). */
type Exported = Readonly<{
  resourceSpans: readonly Readonly<{
    resource: Readonly<{ attributes: readonly Readonly<{ key: string; value: Readonly<{ stringValue?: string }> }>[] }>;
    scopeSpans: readonly Readonly<{
      spans: readonly Readonly<{
        traceId: string;
        spanId: string;
        parentSpanId?: string;
        name: string;
        kind: number;
        links?: readonly Readonly<{ spanId: string }>[];
        status?: Readonly<{ code?: number }>;
      }>[];
    }>[];
  }>[];
}>;

const KINDS = ['internal', 'internal', 'server', 'client', 'producer', 'consumer'] as const;
const ERROR = 2;

/** Takes spans as an OpenTelemetry collector does, and keeps them to be looked at. */
export async function otlpCollector(): Promise<OtlpCollector> {
  const spans: CollectedSpan[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (request.url !== '/v1/traces') return response.writeHead(404).end();
      spans.push(...spansIn(JSON.parse(Buffer.concat(chunks).toString('utf8')) as Exported));
      return response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const spansIn = ({ resourceSpans }: Exported): readonly CollectedSpan[] =>
  resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const service = resource.attributes.find(({ key }) => key === 'service.name')?.value.stringValue ?? 'unknown';
    return scopeSpans.flatMap((scope) =>
      scope.spans.map(({ traceId, spanId, parentSpanId, name, kind, links = [], status }) => ({
        service,
        traceId,
        spanId,
        ...(parentSpanId && { parentSpanId }),
        name,
        kind: KINDS[kind] ?? 'internal',
        links: links.map((link) => link.spanId),
        failed: status?.code === ERROR,
      })),
    );
  });
