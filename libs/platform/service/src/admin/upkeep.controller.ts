import { Body, Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { RebuildPlan, UpkeepStatus } from '@tessera/platform-messaging';
import { z } from 'zod';
import { MessagingAccess } from '../messaging-access.js';

const restored = z
  .strictObject({
    confirm: z.literal(true).describe('Every state is said anew, under a new epoch'),
  })
  .meta({ id: 'Restored' });

const rebuild = z
  .strictObject({
    confirm: z.literal(true).describe('What can be rebuilt is emptied first, and reads are refused meanwhile'),
  })
  .meta({ id: 'Rebuild' });

/** For the day when a service's data is to be made anew from the log, or has come back from a backup. */
@ApiTags('operation')
@Controller('admin')
export class UpkeepController {
  constructor(private readonly access: MessagingAccess) {}

  /** The rebuild or restore under way, or the last one. */
  @Get('upkeep')
  status(): Promise<UpkeepStatus> {
    return this.messaging.upkeep.status();
  }

  /** What a rebuild would read, empty and say; 409 where it cannot be done. */
  @Get('rebuild')
  plan(): Promise<RebuildPlan> {
    return this.messaging.upkeep.planRebuild();
  }

  /** Begins a rebuild; asked again while one is under way it changes nothing. */
  @Post('rebuild')
  @HttpCode(202)
  async rebuild(@Body({ schema: rebuild }) _confirmed: z.infer<typeof rebuild>): Promise<UpkeepStatus> {
    const { upkeep, upkeepLoop } = this.messaging;
    await upkeepLoop.open(() => upkeep.openRebuild());
    return upkeep.status();
  }

  /** An operator's word that this database came from a backup, where the service could not see it by itself. */
  @Post('restored')
  @HttpCode(202)
  async restored(@Body({ schema: restored }) _confirmed: z.infer<typeof restored>): Promise<UpkeepStatus> {
    const { upkeep, upkeepLoop } = this.messaging;
    await upkeepLoop.open(() => upkeep.restoration.open('all'));
    return upkeep.status();
  }

  private get messaging() {
    return this.access.current.messaging;
  }
}
