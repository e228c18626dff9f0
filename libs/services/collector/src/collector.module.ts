import { Module } from '@nestjs/common';
import { CollectEvents } from './collect-events.js';
import { EventsController } from './http/events.controller.js';

@Module({ controllers: [EventsController], providers: [CollectEvents] })
export class CollectorModule {}
