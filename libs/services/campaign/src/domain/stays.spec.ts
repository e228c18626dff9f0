import fc from 'fast-check';
import { at, NOW } from './some-messages.features.js';
import { type SegmentState, staysAfter } from './stays.js';

type Said = Readonly<{ enteredAt?: Date; isBackfill?: boolean | undefined; epoch?: number; isEntered?: boolean }>;

function state(names: readonly string[], said: Said = {}): SegmentState {
  const { enteredAt = NOW, epoch = 1, isEntered = true } = said;
  const isBackfill = 'isBackfill' in said ? said.isBackfill : false;
  const entered = isEntered ? names.map((segment) => ({ segment, enteredAt, isBackfill: isBackfill ?? false })) : [];
  return { epoch, segments: names.map((segment) => ({ segment, enteredAt, isBackfill })), entered };
}
const of = (stays: ReturnType<typeof staysAfter>) =>
  stays.map(({ segment, enteredAt, isBackfill }) => ({ segment, enteredAt, isBackfill }));
const skipped = { isEntered: false };

describe('stays', () => {
  const segments = fc.uniqueArray(fc.constantFrom('a', 'b', 'c'));

  it('are those of the state, and a state that comes again changes nothing', () => {
    fc.assert(
      fc.property(segments, segments, fc.boolean(), (before, after, isBackfill) => {
        const known = staysAfter([], state(before));
        const then = staysAfter(known, state(after, { enteredAt: at(1), isBackfill }));
        expect(of(then)).toEqual(after.map((segment) => ({ segment, enteredAt: at(1), isBackfill })));
        expect(staysAfter(then, state(after, { enteredAt: at(1), isBackfill }))).toEqual(then);
      }),
    );
  });

  it('are the same whichever states of one epoch were skipped over', () => {
    const story = fc.array(fc.record({ isIn: fc.boolean(), isBackfill: fc.boolean() }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(story, fc.infiniteStream(fc.boolean()), (steps, isSeen) => {
        let running: { enteredAt: Date; isBackfill: boolean } | null = null;
        const states = steps.map(({ isIn, isBackfill }, n) => {
          const isEntered: boolean = isIn && running === null;
          running = isIn ? (running ?? { enteredAt: at(n), isBackfill }) : null;
          return running ? state(['a'], { ...running, isEntered }) : state([]);
        });
        const seen = states.filter((_, n) => n === states.length - 1 || isSeen.next().value);

        const after = (all: readonly SegmentState[]) => all.reduce(staysAfter, [] as ReturnType<typeof staysAfter>);
        expect(after(seen)).toEqual(after(states));
      }),
      { numRuns: 500 },
    );
  });

  it('keep what is known of them in a rebuilt state, which names nobody as entered', () => {
    const known = staysAfter([], state(['a'], { isBackfill: true }));
    const rebuilt = { epoch: 2, isEntered: false };

    expect(staysAfter(known, state(['a'], { ...rebuilt, enteredAt: at(7) }))).toEqual(known);
    expect(of(staysAfter(known, state(['a'], { ...rebuilt, isBackfill: true })))).toEqual(of(known));
  });

  it('of a producer that says nothing of them are marked as their entry was, or as known', () => {
    const silent = { isBackfill: undefined };
    const entry = { segment: 'a', enteredAt: NOW, isBackfill: true };
    const known = staysAfter([], { ...state(['a'], silent), entered: [entry] });

    expect(of(known)).toEqual([entry]);
    expect(of(staysAfter(known, state(['a'], { ...silent, ...skipped })))).toEqual([entry]);
  });

  it('of which the entry was skipped over, by a producer that says nothing of them, are taken for entered by no history', () => {
    const entry = { segment: 'a', enteredAt: NOW, isBackfill: false };
    expect(of(staysAfter([], state(['a'], { isBackfill: undefined, ...skipped })))).toEqual([entry]);
  });

  it('are not made to trigger by a later word, if a rebuild was what first told of them', () => {
    const entry = { segment: 'a', enteredAt: NOW, isBackfill: true };
    const known = staysAfter([], { ...state(['a'], { epoch: 2 }), entered: [entry] });

    expect(of(known)).toEqual([entry]);
    expect(of(staysAfter(known, state(['a'], { epoch: 2, ...skipped })))).toEqual([entry]);
  });
});
