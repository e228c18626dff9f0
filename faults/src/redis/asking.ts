import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Fleet } from '../fleet/fleet.js';
import { type Answered, outOfBounds, type Shared } from './answer-bounds.js';

type Body = Readonly<Record<string, unknown>>;
type Route = Readonly<{
  path: string;
  /** Of an answer: something that only grows, where there is such. */
  figure?(body: Body): number;
  /** Whether an answer can be right at all. */
  holds?(body: Body): boolean;
}>;

/** All that replicas share. */
const ROUTES: readonly Route[] = [
  { path: '/ledger/v1/summary', figure: ({ purchases }) => Number(purchases) },
  { path: '/ledger/v1/books', holds: ({ balanced }) => balanced === true },
  { path: '/membership/v1/summary', figure: ({ members }) => Number(members) },
  { path: '/segmentation/v1/summary', holds: ({ segments }) => typeof segments === 'object' },
  { path: '/campaign/v1/summary', holds: ({ messages }) => typeof messages === 'object' },
];
const ACCEPTED_SECONDS = 1;
const EVERY_MS = 50;
/** What is under way when posting has stopped soon takes effect. */
const TURNS_MAX = 30;

type Told = Answered & Readonly<{ body: Body; age: number }>;

/** Asks for what is shared by way of Redis, again and again, and holds it against what is so. */
export class Asking {
  private readonly told = new Map<string, { fresh: Answered[]; shared: Shared[] }>(
    ROUTES.map(({ path }) => [path, { fresh: [], shared: [] }]),
  );
  private readonly wrong: string[] = [];
  private isOver = false;
  private loop: Promise<void> = Promise.resolve();
  /** Answers that came from the cache. */
  fromCache = 0;
  msMax = 0;

  constructor(private readonly fleet: Fleet) {}

  begin(): void {
    this.loop = this.askOn();
    // It is awaited at the end; until then its failure is not unheard.
    this.loop.catch(() => undefined);
  }

  async end(): Promise<void> {
    this.isOver = true;
    await this.loop;
  }

  /** Once nothing changes: whoever is asked must answer what is so now, also who may answer what was so a moment ago. */
  async compare(when: string): Promise<void> {
    let places = ROUTES.flatMap((route) => this.urlsOf(route).map((url) => ({ route, url })));
    for (let turn = 0; places.length > 0; turn += 1) {
      if (turn === TURNS_MAX) return void this.wrong.push(`${when}, what is so does not come to rest`);
      const before = await Promise.all(places.map(({ route, url }) => this.ask(route, url)));
      await sleep(ACCEPTED_SECONDS * 1_000 + EVERY_MS);
      const moved: typeof places = [];
      for (const [at, { route, url }] of places.entries()) {
        const shared = await this.ask(route, url, ACCEPTED_SECONDS);
        const after = await this.ask(route, url);
        if (!isDeepStrictEqual(before[at]?.body, after?.body)) moved.push({ route, url });
        else if (!isDeepStrictEqual(shared?.body, after?.body)) {
          const [told, so] = [shared, after].map((answer) => JSON.stringify(answer?.body));
          this.wrong.push(`${when}, ${route.path} answers ${told} instead of ${so}`);
        }
      }
      places = moved;
    }
  }

  /** What was wrong, a line each. */
  judge(): readonly string[] {
    const off = [...this.told].flatMap(([path, { fresh, shared }]) => {
      const count = outOfBounds(fresh, shared).length;
      return count === 0
        ? []
        : [`${path}: ${count} of ${shared.length} shared answers were not so at the time from which they may be`];
    });
    const unused = this.fromCache === 0 ? ['no answer came from the cache'] : [];
    return [...this.wrong, ...off, ...unused];
  }

  get answers(): number {
    return [...this.told.values()].reduce((sum, { shared }) => sum + shared.length, 0);
  }

  private async askOn(): Promise<void> {
    for (let turn = 0; !this.isOver; turn += 1, await sleep(EVERY_MS)) {
      const route = ROUTES[turn % ROUTES.length] as Route;
      const told = this.told.get(route.path);
      for (const url of this.urlsOf(route)) {
        const fresh = await this.ask(route, url);
        const shared = await this.ask(route, url, ACCEPTED_SECONDS);
        if (fresh) told?.fresh.push(fresh);
        if (shared) told?.shared.push({ ...shared, acceptedMs: ACCEPTED_SECONDS * 1_000 });
      }
    }
  }

  private urlsOf({ path }: Route): readonly string[] {
    return this.fleet.replicas(path.split('/')[1] ?? '').map(({ url }) => url);
  }

  private async ask({ path, figure, holds }: Route, url: string, maxAge?: number): Promise<Told | undefined> {
    const askedAt = performance.now();
    const headers = {
      authorization: `Bearer ${this.fleet.token}`,
      ...(maxAge !== undefined && { 'cache-control': `max-age=${maxAge}` }),
    };
    const response = await fetch(url + path, { headers, signal: AbortSignal.timeout(30_000) });
    const body = (await response.json()) as Body;
    const answeredAt = performance.now();
    if (!response.ok || holds?.(body) === false) {
      return void this.wrong.push(`${path} answers ${response.status} ${JSON.stringify(body)}`);
    }
    const age = Number(response.headers.get('age') ?? 0);
    if (age > 0) this.fromCache += 1;
    if (maxAge !== undefined) this.msMax = Math.max(this.msMax, answeredAt - askedAt);
    return { askedAt, answeredAt, figure: figure?.(body) ?? 0, body, age };
  }
}
