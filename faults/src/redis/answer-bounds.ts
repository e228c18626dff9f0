/** A figure that only grows, as it was answered to a request between two instants of one clock, in ms. */
export type Answered = Readonly<{ askedAt: number; answeredAt: number; figure: number }>;
/** An answer that might be so old. */
export type Shared = Answered & Readonly<{ acceptedMs: number }>;

/** Instants are cut to milliseconds on the way. */
const CUT_MS = 2;

/** Shared answers that show less than was known already when they may have been made at the earliest, or more than was known later. */
export function outOfBounds(fresh: readonly Answered[], shared: readonly Shared[]): readonly Shared[] {
  return shared.filter(({ askedAt, answeredAt, acceptedMs, figure }) => {
    const madeAt = askedAt - acceptedMs - CUT_MS;
    return fresh.some((one) =>
      one.answeredAt <= madeAt ? one.figure > figure : one.askedAt >= answeredAt && one.figure < figure,
    );
  });
}
