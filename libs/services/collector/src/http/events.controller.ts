import { Body, Controller, Headers, HttpCode, Post, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiBody, ApiTags } from '@nestjs/swagger';
import { Scopes } from '@tessera/platform-auth';
import { type Issue, type Problem, PROBLEM_MEDIA_TYPE, problemOf } from '@tessera/platform-http';
import type { FastifyReply } from 'fastify';
import { CollectEvents, type EventResult } from '../collect-events.js';
import { eventResults, eventsDocument, eventsIn } from './events.schema.js';

const TRACEPARENT = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

type Answer = Readonly<{ accepted: number; results: readonly EventResult[] }>;

@ApiTags('events')
@Controller('events')
export class EventsController {
  constructor(private readonly collectEvents: CollectEvents) {}

  /** 202 when at least one event was accepted and all accepted ones are durable; 422 when every one was refused. */
  @Post()
  @HttpCode(202)
  @Scopes('collect')
  @ApiBody({ schema: eventsDocument as object })
  @ApiAcceptedResponse({ standardSchema: eventResults })
  async collect(
    @Body() body: unknown,
    @Headers('traceparent') traceparent: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Answer | (Answer & Problem)> {
    const trace = traceparent !== undefined && TRACEPARENT.test(traceparent) ? traceparent : undefined;
    const results = await this.collectEvents.run(eventsIn(body), trace);
    const accepted = results.filter(({ status }) => status === 'accepted').length;
    if (accepted > 0) return { accepted, results };

    void reply.status(422).header('content-type', PROBLEM_MEDIA_TYPE);
    const problem = problemOf(422, 'events-refused', 'None of the events was accepted.', results.flatMap(located));
    return { ...problem, accepted, results };
  }
}

const located = (result: EventResult): Issue[] =>
  result.status === 'refused'
    ? result.issues.map(({ path, reason }) => ({
        path: path ? `[${result.index}].${path}` : `[${result.index}]`,
        reason,
      }))
    : [];
