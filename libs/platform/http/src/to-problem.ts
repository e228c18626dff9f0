import { HttpException } from '@nestjs/common';
import { isTransient } from '@tessera/platform-database';
import { IdempotencyKeyMissing, RequestInvalid } from './errors.js';
import { type Problem, problemOf } from './problem.js';

const STATUS_OF_KIND: Readonly<Record<string, number>> = {
  invalid: 422,
  'not-found': 404,
  conflict: 409,
  gone: 410,
  forbidden: 403,
  unavailable: 503,
};

const CODE_OF_STATUS: Readonly<Record<number, string>> = {
  400: 'request-invalid',
  401: 'token-missing',
  403: 'forbidden',
  404: 'not-found',
  405: 'method-not-allowed',
  408: 'request-timeout',
  409: 'conflict',
  410: 'gone',
  413: 'body-too-large',
  414: 'url-too-long',
  415: 'media-type-unsupported',
  429: 'rate-limit-exceeded',
  431: 'headers-too-large',
  500: 'internal-error',
  503: 'unavailable',
};

const FRAMEWORK_CODES: Readonly<Record<string, string>> = {
  FST_ERR_BAD_URL: 'url-invalid',
  FST_ERR_CTP_INVALID_JSON_BODY: 'json-invalid',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'json-invalid',
  FST_ERR_CTP_BODY_TOO_LARGE: 'body-too-large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'media-type-unsupported',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'content-length-invalid',
};

const INTERNAL_DETAIL = 'Something failed on our side. The logs hold the reason under the name given as `instance`.';

/** What a caller is told of an error. Of what was not foreseen nothing is told but that it happened. */
export function toProblem(error: unknown): Problem {
  if (error instanceof RequestInvalid) return problemOf(400, error.code, error.message, error.issues);
  if (error instanceof IdempotencyKeyMissing) return problemOf(400, error.code, error.message);
  if (isDomainError(error)) return problemOf(STATUS_OF_KIND[error.kind] ?? 500, error.code, error.message);
  if (error instanceof HttpException) return fromHttpException(error);
  if (isFrameworkError(error)) return fromFramework(error);
  if (isTransient(error)) {
    return problemOf(503, 'database-unavailable', 'The database cannot answer now. Nothing was done; try again.');
  }
  return problemOf(500, 'internal-error', INTERNAL_DETAIL);
}

type DomainError = Error & { code: string; kind: string };

/** Known by their form alone, so that domain code need not import HTTP. */
const isDomainError = (error: unknown): error is DomainError =>
  error instanceof Error &&
  'code' in error &&
  typeof error.code === 'string' &&
  'kind' in error &&
  typeof error.kind === 'string' &&
  Object.hasOwn(STATUS_OF_KIND, error.kind);

type FrameworkError = Error & { code?: unknown; statusCode: number };

/** Errors of Fastify and its plugins: only they carry `statusCode`. Nest wraps some of them. */
const isFrameworkError = (error: unknown): error is FrameworkError =>
  error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number' && error.statusCode >= 400;

function fromHttpException(exception: HttpException): Problem {
  if (isFrameworkError(exception.cause)) return fromFramework(exception.cause);
  const status = exception.getStatus();
  const response = exception.getResponse();
  const stated = typeof response === 'object' && response !== null ? (response as Record<string, unknown>) : {};
  const fallback = status >= 500 ? 'internal-error' : 'request-invalid';
  const code = typeof stated['code'] === 'string' ? stated['code'] : (CODE_OF_STATUS[status] ?? fallback);
  if (status >= 500 && status !== 503) return problemOf(status, code, INTERNAL_DETAIL);
  const detail = typeof stated['detail'] === 'string' ? stated['detail'] : exception.message;
  return problemOf(status, code, detail);
}

function fromFramework(error: FrameworkError): Problem {
  const { statusCode: status } = error;
  if (status >= 500) return problemOf(500, 'internal-error', INTERNAL_DETAIL);
  const known = typeof error.code === 'string' ? FRAMEWORK_CODES[error.code] : undefined;
  if (known === undefined && error instanceof SyntaxError) return problemOf(status, 'json-invalid', error.message);
  return problemOf(status, known ?? CODE_OF_STATUS[status] ?? 'request-invalid', error.message);
}
