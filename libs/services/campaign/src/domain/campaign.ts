/** "When a member enters `segment`, send `template`", once a member. */
export type Campaign = Readonly<{
  campaignId: string;
  name: string;
  segment: string;
  template: string;
  channel: 'email';
  /** Entries dated before it trigger nothing. */
  startsAt: Date;
  /** A stopped one goes on noting who is to get it, and sends nothing. */
  state: 'running' | 'stopped';
  createdAt: Date;
}>;

/** A member's present stay in a segment, as its entry was told. */
export type Stay = Readonly<{
  segment: string;
  enteredAt: Date;
  /** The entry was caused by history that was loaded: it triggers nothing. */
  isBackfill: boolean;
  /** Epoch of the state that told of it; null where that was not kept yet. */
  epoch: number | null;
}>;

/** Whether a stay is one that the campaign acts on. */
export const actsOn = ({ segment, startsAt }: Pick<Campaign, 'segment' | 'startsAt'>, stay: Stay): boolean =>
  stay.segment === segment && !stay.isBackfill && stay.enteredAt >= startsAt;
