import type { RecommendationChanged } from '@tessera/contracts';
import type { TestService } from '@tessera/testing';

const DAY = 86_400_000;

/** An instant so many days before now, as events carry it. */
export const ago = (days: number): string => new Date(Date.now() - days * DAY).toISOString();

export type Line = Readonly<{ sku: string; name?: string; quantity: number; unitPriceMinor: number }>;

/** Lines of one piece at 1.00 each; the name is the article number in capitals. */
export const linesOf = (...skus: readonly string[]): Line[] =>
  skus.map((sku) => ({ sku, name: sku.toUpperCase(), quantity: 1, unitPriceMinor: 100 }));

export type Listed = Readonly<{
  sku: string;
  name: string | null;
  score: number;
  reason: Readonly<{ kind: string; sku?: string }>;
}>;

export async function listOf(service: TestService, memberId = 'm1', limit = 100): Promise<readonly Listed[]> {
  const { status, body } = await service.http('GET', `/members/${memberId}/recommendations?limit=${limit}`);
  if (status !== 200) throw new Error(`the list of ${memberId} answered ${status}`);
  return (body as { items: Listed[] }).items;
}

export const skusOf = (items: readonly Readonly<{ sku: string }>[]): readonly string[] => items.map(({ sku }) => sku);

/** Each article with why it is listed: `b<a` was bought together with a. */
export const reasonsOf = (items: readonly Listed[]): readonly string[] =>
  items.map(({ sku, reason }) => (reason.sku === undefined ? `${sku} ${reason.kind}` : `${sku}<${reason.sku}`));

export async function announced(service: TestService, memberId = 'm1'): Promise<readonly RecommendationChanged[]> {
  const published = await service.published('recommendation.changed');
  const events = published.map(({ data }) => data as unknown as RecommendationChanged);
  return events.filter((event) => event.memberId === memberId);
}

/** Waits until every list that is due now is made; those that pause are not waited for. */
export async function settled(service: TestService): Promise<void> {
  for (let attempt = 0; attempt < 400; attempt += 1) {
    const [due] = await service.sql<{ count: string }>(
      `SELECT count(*) AS count FROM subjects WHERE due_at <= clock_timestamp() + interval '1 second'`,
    );
    if (Number(due?.count) === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error('lists were not made within 10 s');
}

/** As if the pause since each member's last announcement were over. */
export async function passThePause(service: TestService): Promise<void> {
  await service.sql(`UPDATE members SET announced_at = announced_at - interval '1 minute'`);
  await service.sql(
    `UPDATE subjects SET due_at = clock_timestamp() WHERE due_at < clock_timestamp() + interval '1 minute'`,
  );
  await settled(service);
}
