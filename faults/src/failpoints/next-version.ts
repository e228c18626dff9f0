import { Controller, Module } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import { contractFor } from '@tessera/contracts';
import { readEnvironment } from '@tessera/platform-config';
import type { ServiceDefinition } from '@tessera/platform-service';
import { z } from 'zod';

/** Environment of a process that is to be of the next version: the topic that this one hears more. */
export const furtherTopic = (topic: string): Readonly<Record<string, string>> => ({ FURTHER_TOPIC: topic });

const variables = z.object({ FURTHER_TOPIC: z.string().optional() });

/** The service, or its next version if the environment says so: that hears one topic more, of which it only keeps the position. */
export function versionToRun(definition: ServiceDefinition): ServiceDefinition {
  const { FURTHER_TOPIC: topic } = readEnvironment(variables);
  if (topic === undefined) return definition;
  const contract = contractFor(topic);
  if (!contract) throw new Error(`There is no topic ${topic}.`);

  @Controller()
  class OnFurtherTopic {
    @EventPattern<string>(topic)
    handle(): void {
      // Only that it is handed is looked at.
    }
  }

  @Module({ imports: [definition.module], controllers: [OnFurtherTopic] })
  class NextVersion {}

  return { ...definition, consumes: [...definition.consumes, contract], module: NextVersion };
}
