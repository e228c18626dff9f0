import {
  applyDecorators,
  type CallHandler,
  type ExecutionContext,
  Inject,
  Injectable,
  type NestInterceptor,
  UseInterceptors,
} from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import { CACHE, type Cache } from '@tessera/platform-cache';
import { rows } from '@tessera/platform-database';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Observable, of, tap } from 'rxjs';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import { acceptedAgeMs, AGE_MAX_SECONDS } from './accepted-age.js';

const kept = z.object({ at: z.int(), body: z.json() });
type Kept = z.infer<typeof kept>;

type Present = Readonly<{ now: Date; epoch: number }>;

/**
 * Gives answers of costly reads to all who take one that is so old, whichever replica made it. Age is judged by the database's clock, read before
 * the answer was made and again before it is given, so neither a replica's clock nor a cache that keeps, loses or delays what it likes can
 * make an answer older than was accepted. The epoch is part of the name: what a restored database never knew is not shown.
 */
@Injectable()
export class SharedAnswers implements NestInterceptor {
  constructor(
    @Inject(CACHE) private readonly cache: Cache,
    private readonly dataSource: DataSource,
  ) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    const acceptedMs = acceptedAgeMs(request.headers['cache-control']);
    if (acceptedMs === 0) return next.handle();

    const present = await this.present();
    const key = `${present.epoch}:${request.url}`;
    const found = read(await this.cache.get(key));
    const ageMs = found ? present.now.getTime() - found.at : Infinity;
    if (found && ageMs >= 0 && ageMs <= acceptedMs) {
      void reply.header('age', Math.ceil(ageMs / 1_000));
      return of(found.body);
    }
    return next.handle().pipe(
      tap((body: unknown) => {
        void reply.header('age', 0);
        // Nobody waits for it to be kept.
        void this.keep(key, present.now, body);
      }),
    );
  }

  private async present(): Promise<Present> {
    const sql = `SELECT date_trunc('milliseconds', clock_timestamp()) AS now, epoch FROM service_state`;
    const [found] = await rows<Present>(this.dataSource.manager, sql);
    if (!found) throw new Error('service_state is empty: the migrations of this database were not run');
    return found;
  }

  private keep(key: string, at: Date, body: unknown): Promise<void> {
    return this.cache.set(key, JSON.stringify({ at: at.getTime(), body }), AGE_MAX_SECONDS * 1_000);
  }
}

/** What is not an answer of ours is none. */
function read(text: string | undefined): Kept | undefined {
  if (text === undefined) return undefined;
  try {
    return kept.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/**
 * For a GET that is costly and answers everyone alike: who sends `Cache-Control: max-age=N` may get an answer up to N seconds old, with its `Age`.
 * Everyone else gets one of now.
 */
export const SharedAnswer = (): MethodDecorator =>
  applyDecorators(
    UseInterceptors(SharedAnswers),
    ApiHeader({
      name: 'Cache-Control',
      required: false,
      description: `max-age=N takes an answer up to N seconds old (at most ${AGE_MAX_SECONDS}), which costs less; the answer's Age says how old it is`,
    }),
  );
