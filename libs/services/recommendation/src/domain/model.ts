/** All that decides how lists are made; the README explains each. Days are of 24 h. */
export const MODEL = {
  weights: { own: 1, viewed: 0.8, together: 0.6, popular: 0.05 },
  halfLifeDays: { own: 90, viewed: 3, popular: 60 },
  signalWindowDays: 14,
  signalWeights: { view: 1, favourite: 2, cart: 3 },
  /** Articles of the member's own that lead to others. */
  seedsMax: 8,
  neighboursMax: 30,
  /** Of each article, in stock or not, for lists that are announced: so many that those in stock are usually enough. */
  neighboursKept: 50,
  shrinkage: 5,
  /** The latest baskets of an article over which similarity is counted. */
  basketsSampled: 100,
  /** Articles of one basket that make pairs. */
  pairedMax: 40,
  /** What of one member is looked at, latest first. */
  basketsOfMemberMax: 300,
  signalsOfMemberMax: 200,
} as const;

export type SignalKind = keyof typeof MODEL.signalWeights;

export const isSignalKind = (kind: string): kind is SignalKind => Object.hasOwn(MODEL.signalWeights, kind);
