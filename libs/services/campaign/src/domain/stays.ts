import type { Stay } from './campaign.js';

/** What `segment.changed` says of a member, in the words of this service. */
export type SegmentState = Readonly<{
  epoch: number;
  /** `isBackfill` is undefined where the producer does not say it of a stay, as those of before contracts 1.1 did. */
  segments: readonly Readonly<{ segment: string; enteredAt: Date; isBackfill: boolean | undefined }>[];
  entered: readonly Readonly<{ segment: string; enteredAt: Date; isBackfill: boolean }>[];
}>;

/**
 * The member's stays after a state. What the state says of a stay that is new to us decides, so states that were skipped over are not missed. A
 * stay that we know keeps its date and mark: an announced date never changes within an epoch, so another one is another stay, whose entry was
 * skipped over, unless the state was said under another epoch and names nobody as entered.
 */
export function staysAfter(known: readonly Stay[], { epoch, segments, entered }: SegmentState): readonly Stay[] {
  const before = new Map(known.map((stay) => [stay.segment, stay]));
  const told = new Map(entered.map((entry) => [entry.segment, entry]));
  return segments.map(({ segment, enteredAt, isBackfill }): Stay => {
    const stay = before.get(segment);
    const entry = told.get(segment);
    if (stay && stay.enteredAt.getTime() === enteredAt.getTime()) return { ...stay, epoch };
    if (stay && entry === undefined && stay.epoch !== epoch) return stay;
    // Who does not say it of the stay says it of an entry; of one that was skipped over nobody did, and it is taken for one that triggers.
    return { segment, enteredAt, isBackfill: isBackfill === true || entry?.isBackfill === true, epoch };
  });
}
