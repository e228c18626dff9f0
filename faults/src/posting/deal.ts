/** Deals kinds in a random order, each once before any comes again. */
export function dealer<Kind>(kinds: readonly Kind[], random: () => number): () => Kind {
  if (kinds.length === 0) throw new Error('There is nothing to deal.');
  let deck: Kind[] = [];
  return () => {
    if (deck.length === 0) deck = [...kinds];
    return deck.splice(Math.floor(random() * deck.length), 1)[0] as Kind;
  };
}
