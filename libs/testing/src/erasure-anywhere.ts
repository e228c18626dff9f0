import { aMemberErased, type BuiltEvent } from '@tessera/platform-testing';

export type Arrival = Readonly<{ memberId: string; topics: string; events: readonly BuiltEvent[] }>;

/**
 * What is told of a member with the erasure at every place among it, in the order given and in the opposite one, all of it twice;
 * each time of another member.
 */
export function erasureAnywhere(factsOf: (memberId: string) => readonly BuiltEvent[]): readonly Arrival[] {
  const places = factsOf('erased').length + 1;
  return Array.from({ length: places * 2 }, (_, number): Arrival => {
    const memberId = `erased-${number}`;
    const facts = number < places ? factsOf(memberId) : factsOf(memberId).toReversed();
    const order = facts.toSpliced(number % places, 0, aMemberErased({ memberId, sequence: 2 }));
    return { memberId, topics: order.map(({ contract }) => contract.topic).join(), events: [...order, ...order] };
  });
}
