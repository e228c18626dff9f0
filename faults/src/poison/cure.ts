import { RequestRefused, type TesseraClient } from '@tessera/demo';
import { KEEPERS } from '../judging/purchase-keepers.js';
import type { Stage } from '../stage.js';
import { CAUSES, isCurable } from './kinds.js';
import type { Injection } from './plan.js';

/** A service under load may have to be asked again: it then says 503. */
const PATIENCE_MS = 120_000;

/** As a service tells of a dead letter over HTTP. */
export type Shown = Readonly<{
  id: string;
  topic: string;
  partition: number;
  key: string | null;
  code: string;
  detail: string;
  headers: Readonly<Record<string, string>>;
}>;

export type Cured = Readonly<{
  /** Events that were good and failed nevertheless: a bad release is at fault. */
  others: readonly (Shown & Readonly<{ service: string }>)[];
  replayed: number;
  discarded: number;
  failures: readonly string[];
}>;

/** When all is mended: reads every dead letter over HTTP as an operator would, replays it, and gives up what still cannot be taken. */
export async function cureAll(stage: Stage, injections: readonly Injection[]): Promise<Cured> {
  const known = new Map(injections.map((injection) => [injection.id, injection]));
  const cured = await Promise.all(KEEPERS.map((service) => cureIn(stage, service, known)));
  return {
    others: cured.flatMap(({ others }) => others),
    failures: cured.flatMap(({ failures }) => failures),
    replayed: cured.reduce((sum, { replayed }) => sum + replayed, 0),
    discarded: cured.reduce((sum, { discarded }) => sum + discarded, 0),
  };
}

async function cureIn({ fleet }: Stage, service: string, known: ReadonlyMap<string, Injection>): Promise<Cured> {
  const path = `/${service}/v1/admin/dead-letters`;
  const client = fleet.client({ path, patienceMs: PATIENCE_MS });
  const others: (Shown & { service: string })[] = [];
  const failures: string[] = [];
  let replayed = 0;
  const ids = await openLetters(client, path);
  for (const id of ids) {
    const letter = await client.get<Shown>(`${path}/${id}`);
    const injection = known.get(letter.headers['ce_id'] ?? '');
    if (!injection) others.push({ ...letter, service });
    else if (!saysWhy(letter, injection)) {
      failures.push(`${service} says of ${injection.id} (${injection.kind}): ${letter.code}, ${letter.detail}`);
    }
    const refusal = await replay(client, `${path}/${id}`);
    if (refusal === undefined) replayed += 1;
    else await client.post(`${path}/${id}/discard`);
    const mustBeTaken = !injection || isCurable(injection.kind);
    if (mustBeTaken !== (refusal === undefined)) {
      failures.push(`${service}, replay of ${injection?.id ?? id}: ${refusal ?? 'taken, and should not be'}`);
    }
  }
  return { others, failures, replayed, discarded: ids.length - replayed };
}

async function openLetters(client: TesseraClient, path: string): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: { items: readonly { id: string }[]; nextCursor: string | null } = await client.get(
      `${path}?status=open&limit=200${cursor && `&cursor=${cursor}`}`,
    );
    ids.push(...page.items.map(({ id }) => id));
    cursor = page.nextCursor;
  }
  return ids;
}

function saysWhy({ code, detail }: Shown, { kind }: Injection): boolean {
  const cause = CAUSES[kind];
  return code === cause.code && cause.detail.test(detail);
}

/** Why the service still cannot take it; undefined if it did. */
async function replay(client: TesseraClient, path: string): Promise<string | undefined> {
  try {
    await client.post(`${path}/replay`);
    return undefined;
  } catch (error) {
    if (error instanceof RequestRefused && error.code === 'dead-letter-not-replayed') return error.message;
    throw error;
  }
}
