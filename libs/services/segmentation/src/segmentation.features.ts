import type { SegmentChanged } from '@tessera/contracts';
import type { TestService } from '@tessera/testing';

const DAY = 86_400_000;

/** An instant so many days (and ms) before now, as events carry it. */
export const ago = (days: number, ms = 0): string => new Date(Date.now() - days * DAY + ms).toISOString();

export async function segmentEvents(service: TestService, memberId?: string): Promise<readonly SegmentChanged[]> {
  const published = await service.published('segment.changed');
  const events = published.map(({ data }) => data as unknown as SegmentChanged);
  return memberId === undefined ? events : events.filter((event) => event.memberId === memberId);
}

export type MemberSegments = Readonly<{
  segments: readonly Readonly<{
    segment: string;
    isIn: boolean;
    version: number | null;
    enteredAt: string | null;
    cause: Readonly<Record<string, unknown>> | null;
    conditions: readonly Readonly<{ measured: number; value: number; holds: boolean }>[];
  }>[];
}>;

export async function segmentsOf(service: TestService, memberId: string): Promise<readonly string[]> {
  const { body } = await service.http('GET', `/members/${memberId}/segments`);
  return (body as MemberSegments).segments.map(({ segment }) => segment);
}

export async function summaryOf(service: TestService): Promise<Readonly<Record<string, number>>> {
  const { body } = await service.http('GET', '/summary');
  return (body as { segments: Record<string, number> }).segments;
}

/** Waits until no member is due or on an older basis. */
export async function settled(service: TestService): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const { body } = await service.http('GET', '/progress');
    if ((body as { work: number }).work === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error('the members were not derived anew within 5 s');
}

/** Definitions outlive a test: this leaves the four defaults as they came. */
export async function restoreDefinitions(service: TestService): Promise<void> {
  await service.sql(`DELETE FROM segment_definitions WHERE version > 1 OR removed_at IS NOT NULL OR basis > 0`);
  await service.sql(`DELETE FROM segment_definition_versions WHERE version > 1`);
  await service.sql(
    `DELETE FROM segment_definition_versions v WHERE v.segment_id NOT IN ('active-90', 'big-180', 'lapsing', 'new-buyers')`,
  );
  await service.sql(
    `INSERT INTO segment_definitions
     SELECT segment_id, 1, segment_id, '', rule, 0, created_at, created_at FROM segment_definition_versions
     ON CONFLICT DO NOTHING`,
  );
}
