import { INVALID_SPAN_CONTEXT, isSpanContextValid, type SpanContext } from '@opentelemetry/api';
import { parseTraceParent } from '@opentelemetry/core';

/** The header of W3C Trace Context, in which a trace goes on from one process to the next. */
export function traceparentOf({ traceId, spanId, traceFlags }: SpanContext): string {
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
}

/** By the W3C's word, one that cannot be read is as good as none. */
export function spanContextOf(traceparent: string | null | undefined): SpanContext {
  const parsed = traceparent ? parseTraceParent(traceparent) : null;
  return parsed && isSpanContextValid(parsed) ? { ...parsed, isRemote: true } : INVALID_SPAN_CONTEXT;
}
