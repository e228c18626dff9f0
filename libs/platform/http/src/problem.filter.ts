import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { PROBLEM_MEDIA_TYPE } from './problem.js';
import { toProblem } from './to-problem.js';

const RETRY_AFTER_SECONDS = 5;

/** Told of each failure of ours (status 500 and above) with what the caller is not told. */
export type ReportFailure = (error: unknown, request: FastifyRequest, status: number) => void;

/** Turns every error that reaches Nest, of handlers and of the framework alike, into `application/problem+json`. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly report: ReportFailure) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const problem = toProblem(error);
    if (problem.status >= 500) this.report(error, request, problem.status);
    sendProblem(error, request, http.getResponse<FastifyReply>());
  }
}

/** Answers with what the caller may know of the error; does nothing when an answer is on its way already. */
export function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  if (reply.sent) return;
  const problem = toProblem(error);
  if (problem.status === 503 && !reply.hasHeader('retry-after')) {
    void reply.header('retry-after', retryAfterOf(error) ?? RETRY_AFTER_SECONDS);
  }
  void reply
    .status(problem.status)
    .header('content-type', PROBLEM_MEDIA_TYPE)
    .header('cache-control', 'no-store')
    .send(JSON.stringify({ ...problem, instance: instanceOf(request) }));
}

/** Also written to the log with every line of that request. */
export const instanceOf = (request: FastifyRequest): string => `urn:uuid:${request.id}`;

const retryAfterOf = (error: unknown): number | undefined =>
  error instanceof Error && 'retryAfterSeconds' in error && typeof error.retryAfterSeconds === 'number'
    ? Math.ceil(error.retryAfterSeconds)
    : undefined;
