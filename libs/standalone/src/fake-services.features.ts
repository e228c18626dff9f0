import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ServiceName } from '@tessera/contracts';
import type { Progress } from '@tessera/platform-messaging';
import type { RunningService, ServiceDefinition, StartOptions } from '@tessera/platform-service';

const definitionOf = (name: ServiceName): ServiceDefinition => ({
  name,
  description: `A stand-in for ${name}`,
  consumes: [],
  produces: [],
  migrations: name === 'collector' ? [] : [class NoMigration {}],
  entities: [],
  module: class NoModule {},
});

type Behaviour = { ready: boolean; failsToStart?: string; closesAfterMs?: number };

/** Stand-ins for services behind the composition's own port: they answer over HTTP, keep programs, and note when they close. */
export class FakeServices {
  readonly started = new Map<string, StartOptions>();
  readonly closed: string[] = [];
  readonly programs: Record<string, unknown>[] = [];
  readonly behaviour: Behaviour = { ready: true };

  readonly definitions: readonly ServiceDefinition[] = (['collector', 'membership'] as const).map(definitionOf);

  readonly start = async (definition: ServiceDefinition, options: StartOptions): Promise<RunningService> => {
    const { name } = definition;
    if (this.behaviour.failsToStart === name) throw new Error(`${name} has a bad day`);
    this.started.set(name, options);
    return {
      name,
      url: null,
      handle: (request, response) => void this.answer(name, request, response),
      progress: () => (name === 'membership' ? Promise.resolve(aProgress()) : Promise.reject(new Error('none'))),
      readiness: () => Promise.resolve({ ready: this.behaviour.ready, checks: {} }),
      isReady: () => Promise.resolve(this.behaviour.ready),
      metrics: () => Promise.resolve(`# HELP up Up.\n# TYPE up gauge\nup{service="${name}"} 1\n`),
      close: async () => void this.closed.push(name),
    };
  };

  private async answer(name: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const reply = (status: number, body: object): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    const route = `${request.method} ${request.url}`;
    if (route === 'GET /membership/v1/summary') return reply(200, { members: 2, tiers: { basic: 2 } });
    if (route === 'GET /membership/v1/programs/current') {
      const last = this.programs.at(-1);
      return last ? reply(200, last) : reply(404, { code: 'not-found' });
    }
    if (route === 'POST /membership/v1/programs') {
      this.programs.push(JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>);
      return reply(201, {});
    }
    reply(200, { service: name, route });
  }
}

const aProgress = (): Progress => ({
  service: 'membership',
  handled: 7,
  lag: 0,
  outbox: 0,
  lagByTopic: {},
  outboxAgeSeconds: 0,
  parked: [],
  work: 0,
  deadLetters: 0,
  exitsAppliedUntil: new Date(0),
  nextExit: null,
});
