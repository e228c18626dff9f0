import { Controller, HttpCode, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Adopted } from '@tessera/platform-messaging';
import { MessagingAccess } from '../messaging-access.js';

/** For the day when a service stands before another log than the one it knows. */
@ApiTags('operation')
@Controller('admin/log')
export class LogController {
  constructor(private readonly access: MessagingAccess) {}

  /** Takes the log reached now for the right one, and reads it from its beginning. */
  @Post('adopt')
  @HttpCode(200)
  adopt(): Promise<Adopted> {
    return this.access.current.messaging.adoption.adopt();
  }
}
