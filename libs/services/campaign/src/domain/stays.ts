import type { Stay } from './campaign.js';

/** What `segment.changed` says of a member, in the words of this service. */
export type SegmentState = Readonly<{
  segments: readonly Readonly<{ segment: string; enteredAt: Date }>[];
  entered: readonly Readonly<{ segment: string; enteredAt: Date; isBackfill: boolean }>[];
}>;

/**
 * The member's stays after a state: an entry is a segment that our copy does not have, or one that the state says was entered at
 * another instant than we know. Anything else keeps the date and cause we know, so a repeated or rebuilt state changes nothing.
 * Of an entry whose own state was skipped over, the cause is not known; it is taken for one that triggers.
 */
export function staysAfter(known: readonly Stay[], { segments, entered }: SegmentState): readonly Stay[] {
  const before = new Map(known.map((stay) => [stay.segment, stay]));
  const told = new Map(entered.map((entry) => [entry.segment, entry]));
  return segments.map(({ segment, enteredAt }): Stay => {
    const stay = before.get(segment);
    const entry = told.get(segment);
    const isNews = entry !== undefined && entry.enteredAt.getTime() !== stay?.enteredAt.getTime();
    if (stay && !isNews) return stay;
    return { segment, enteredAt, isBackfill: entry?.isBackfill ?? false };
  });
}
