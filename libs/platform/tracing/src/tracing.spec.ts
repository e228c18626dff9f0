import { context, SpanKind } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { spanContextOf, traceparentOf } from './traceparent.js';
import { Tracing } from './tracing.js';

const OUTSIDE = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
const OTHER = `00-${'c'.repeat(32)}-${'d'.repeat(16)}-01`;
const kind = SpanKind.INTERNAL;

describe('Tracing', () => {
  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  const tracing = new Tracing(provider.getTracer('test'), {});
  const ended = () =>
    exporter.getFinishedSpans().map(({ name, parentSpanContext, status }) => ({
      name,
      parent: parentSpanContext?.spanId ?? null,
      failed: status.code === 2,
    }));

  beforeAll(() => context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable()));
  afterAll(() => context.disable());
  beforeEach(() => exporter.reset());

  it('goes on from what another process says, and from the span that is active', async () => {
    const inner = await tracing.span('outer', { kind, parent: OUTSIDE }, () =>
      tracing.span('inner', { kind }, async () => tracing.traceparent()),
    );

    const [, outer] = exporter.getFinishedSpans();
    expect(ended()).toEqual([
      { name: 'inner', parent: outer?.spanContext().spanId, failed: false },
      { name: 'outer', parent: 'b'.repeat(16), failed: false },
    ]);
    expect(inner).toMatch(new RegExp(`^00-${'a'.repeat(32)}-[0-9a-f]{16}-01$`));
    expect(tracing.traceparent()).toBeUndefined();
  });

  it.each([null, 'nonsense', `00-${'0'.repeat(32)}-${'b'.repeat(16)}-01`])(
    'begins a trace after %j',
    async (parent) => {
      await tracing.span('first', { kind, parent }, async () => undefined);
      expect(ended()).toEqual([{ name: 'first', parent: null, failed: false }]);
    },
  );

  it('marks a span whose work fails, and throws the same error on', async () => {
    const error = new Error('broken');
    await expect(tracing.span('bad', { kind }, () => Promise.reject(error))).rejects.toBe(error);
    expect(ended()).toEqual([{ name: 'bad', parent: null, failed: true }]);
  });

  it('has what is done for a subject go on from its own cause, and the rest from the active span', async () => {
    await tracing.span('batch', { kind }, async (span) => {
      await tracing.onBehalfOf(new Map([['m1', OUTSIDE]]), async () => {
        expect(tracing.traceparent('m1')).toBe(OUTSIDE);
        expect(tracing.traceparent('m2')).toBe(traceparentOf(span.spanContext()));
      });
      expect(tracing.traceparent('m1')).toBe(traceparentOf(span.spanContext()));
    });
  });

  it('links with others, as far as they can be read', () => {
    tracing.start('linked', { kind, links: [OUTSIDE, 'nonsense', OTHER] }).end();
    const [span] = exporter.getFinishedSpans();
    expect(span?.links.map((link) => link.context.spanId)).toEqual(['b'.repeat(16), 'd'.repeat(16)]);
  });

  it('writes nothing down when it is off', async () => {
    const { off } = Tracing;
    const seen = await off.span('never', { kind, parent: OUTSIDE }, async (span) => {
      span.setAttribute('a', 1);
      return off.onBehalfOf(new Map([['m1', OUTSIDE]]), () => off.traceparent('m1') ?? 'none');
    });
    expect([off.isOn, seen, ended()]).toEqual([false, 'none', []]);
  });
});

describe('a traceparent', () => {
  it('is read and written', () => {
    expect(traceparentOf(spanContextOf(OUTSIDE))).toBe(OUTSIDE);
    expect(spanContextOf(OUTSIDE)).toMatchObject({ isRemote: true, traceFlags: 1 });
  });
});
