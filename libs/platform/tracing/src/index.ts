export { type Span, SpanKind } from '@opentelemetry/api';
export * from './telemetry.js';
export * from './traceparent.js';
export * from './tracing.js';
export * from './variables.js';
