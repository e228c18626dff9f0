import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { Progress } from '@tessera/platform-messaging';
import { z } from 'zod';
import { MessagingAccess } from '../messaging-access.js';

const instant = z.iso.datetime();

const progress = z
  .object({
    service: z.string(),
    handled: z.int().describe('records passed since the beginning of the log'),
    lag: z.int().describe('records on the log that are still to be handled'),
    lagByTopic: z.record(z.string(), z.int()).describe('the same for each topic that it hears'),
    outbox: z.int().describe('events written but not yet on the log'),
    outboxAgeSeconds: z.number(),
    parked: z.array(z.object({ waitsFor: z.string(), count: z.int(), oldestAt: instant })),
    work: z.int().describe('members still to be refreshed'),
    deadLetters: z.int().describe('dead letters that wait for an operator'),
    exitsAppliedUntil: instant.nullable(),
    nextExit: instant.nullable(),
  })
  .meta({ id: 'Progress' });

@ApiTags('operation')
@Controller('progress')
export class ProgressController {
  constructor(private readonly access: MessagingAccess) {}

  /** How far this service has come; every replica says the same. */
  @Get()
  @ApiOkResponse({ standardSchema: progress })
  read(): Promise<Progress> {
    return this.access.current.messaging.progress.read();
  }
}
