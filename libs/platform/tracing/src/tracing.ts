import {
  type Attributes,
  type Context,
  context,
  createContextKey,
  isSpanContextValid,
  type Link,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from '@opentelemetry/api';
import { spanContextOf, traceparentOf } from './traceparent.js';

export type SpanOptions = Readonly<{
  kind: SpanKind;
  attributes?: Attributes;
  /** A traceparent to go on from: null or what cannot be read begins a trace. Left out, the span belongs to the one that is active. */
  parent?: string | null;
  /** Traceparents of others that it has to do with. */
  links?: readonly string[];
}>;

/** By subject (a member's id), the traceparent that what is done for it goes on from. */
export type Causes = ReadonlyMap<string, string>;

const CAUSES = createContextKey('tessera causes');

/**
 * What one service writes down of its part of a trace. A batch mixes members, and so traces: what is done for a member goes on in the
 * trace of whatever made it necessary (`onBehalfOf`), which the active span alone could not say.
 */
export class Tracing {
  /** Writes nothing down, and asks for next to no time. */
  static readonly off = new Tracing(null, {});

  constructor(
    private readonly tracer: Tracer | null,
    /** Of every span that has to do with the log. */
    readonly logAttributes: Attributes,
  ) {}

  get isOn(): boolean {
    return this.tracer !== null;
  }

  /** Does the work inside a span, which ends with it. An error marks the span, and is thrown on. */
  async span<T>(name: string, options: SpanOptions, work: (span: Span) => Promise<T>): Promise<T> {
    const span = this.start(name, options);
    try {
      return await context.with(trace.setSpan(context.active(), span), () => work(span));
    } catch (error) {
      failed(span, error);
      throw error;
    } finally {
      span.end();
    }
  }

  /** A span that its caller ends. It is not the active one. */
  start(name: string, { kind, attributes = {}, parent, links = [] }: SpanOptions): Span {
    const span = { kind, attributes, links: links.flatMap(linkTo) };
    return this.tracer?.startSpan(name, span, parentContext(parent)) ?? NO_SPAN;
  }

  /** While the work is done, what is added for one of these subjects goes on from its cause. */
  onBehalfOf<T>(causes: Causes, work: () => T): T {
    return this.isOn ? context.with(context.active().setValue(CAUSES, causes), work) : work();
  }

  /** What an event about `subject` is to carry now; undefined outside any trace. */
  traceparent(subject?: string): string | undefined {
    if (!this.isOn) return undefined;
    const causes = context.active().getValue(CAUSES) as Causes | undefined;
    const cause = subject === undefined ? undefined : causes?.get(subject);
    if (cause !== undefined) return cause;
    const active = trace.getActiveSpan()?.spanContext();
    return active && isSpanContextValid(active) ? traceparentOf(active) : undefined;
  }
}

const NO_SPAN = trace.wrapSpanContext(spanContextOf(null));

export function failed(span: Span, error: unknown): void {
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  span.recordException(error instanceof Error ? error : message);
  span.setStatus({ code: SpanStatusCode.ERROR, message });
}

export const isFailure = { code: SpanStatusCode.ERROR } as const;

/** Makes a span the active one for all that `next` begins. */
export const entering = (span: Span, next: () => void): void =>
  context.with(trace.setSpan(context.active(), span), next);

/** Of the trace that is active now, for a log line; undefined where there is none. */
export function activeTraceId(): string | undefined {
  const active = trace.getActiveSpan()?.spanContext();
  return active && isSpanContextValid(active) ? active.traceId : undefined;
}

const parentContext = (parent: string | null | undefined): Context =>
  parent === undefined ? context.active() : trace.setSpanContext(ROOT_CONTEXT, spanContextOf(parent));

function linkTo(traceparent: string): Link[] {
  const linked = spanContextOf(traceparent);
  return isSpanContextValid(linked) ? [{ context: linked }] : [];
}
