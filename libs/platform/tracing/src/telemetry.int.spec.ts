import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readEnvironment } from '@tessera/platform-config';
import { SpanKind } from '@opentelemetry/api';
import { telemetryFrom } from './telemetry.js';
import { tracingVariables } from './variables.js';

describe('telemetry', () => {
  let server: Server;
  let bodies: string[];
  const warned: string[] = [];
  const rest = { logAttributes: {}, logger: { warn: (_: object, message: string) => void warned.push(message) } };
  const fromEnvironment = (environment: Record<string, string>) =>
    telemetryFrom(readEnvironment(tracingVariables, environment), rest);

  beforeEach(async () => {
    bodies = [];
    warned.length = 0;
    server = createServer((request, response) => {
      let body = `${request.url} `;
      request.on('data', (chunk: Buffer) => (body += chunk.toString('utf8')));
      request.on('end', () => {
        bodies.push(body);
        response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });
  const endpoint = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;

  it('sends on closing what was not sent yet, each service under its own name', async () => {
    const telemetry = fromEnvironment({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint() });
    for (const service of ['ledger', 'campaign']) {
      telemetry.tracing(service).start(`of ${service}`, { kind: SpanKind.INTERNAL }).end();
    }
    await telemetry.close();

    const sent = bodies.join('\n');
    expect(sent).toContain('/v1/traces ');
    for (const part of ['"ledger"', '"campaign"', '"of ledger"', '"of campaign"']) expect(sent).toContain(part);
  });

  it('keeps the part of the traces that it is told to keep', async () => {
    const telemetry = fromEnvironment({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint(), OTEL_TRACES_SAMPLER_ARG: '0' });
    const tracing = telemetry.tracing('ledger');
    tracing.start('begun here', { kind: SpanKind.INTERNAL, parent: null }).end();
    const kept = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
    tracing.start('kept by who began it', { kind: SpanKind.INTERNAL, parent: kept }).end();
    await telemetry.close();

    expect(bodies.join()).toContain('kept by who began it');
    expect(bodies.join()).not.toContain('begun here');
  });

  it('is off without an endpoint', async () => {
    const telemetry = fromEnvironment({});
    expect(telemetry.tracing('ledger').isOn).toBe(false);
    await telemetry.close();
  });

  it('goes on, with a word in the log, when nobody takes the spans', async () => {
    const away = endpoint();
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
    const telemetry = fromEnvironment({ OTEL_EXPORTER_OTLP_ENDPOINT: away });
    telemetry.tracing('ledger').start('lost', { kind: SpanKind.INTERNAL }).end();

    const startedAt = performance.now();
    await telemetry.close();
    expect(performance.now() - startedAt).toBeLessThan(10_000);
    expect(warned.length).toBeGreaterThan(0);
  });

  it.each([
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' }, 'OTEL_EXPORTER_OTLP_ENDPOINT'],
    [{ OTEL_TRACES_SAMPLER_ARG: '1.5' }, 'OTEL_TRACES_SAMPLER_ARG'],
  ])('refuses %j', (environment, variable) => {
    expect(() => fromEnvironment(environment)).toThrow(variable);
  });
});
