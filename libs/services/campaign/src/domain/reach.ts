/** What is known of how a member may be written to. `contact` is 'without-address' once it was opened and held none. */
export type Reachability = Readonly<{
  isErased: boolean;
  contact: 'unknown' | 'sealed' | 'without-address';
  /** The last word on e-mail; null while the member was never asked. */
  consent: boolean | null;
}>;

/** Whether a member may be written to now, what is still missing, or why never. */
export type Reach =
  | Readonly<{ kind: 'open' }>
  | Readonly<{ kind: 'unknown'; missing: 'no-contact' | 'no-address' | 'no-word-on-consent' }>
  | Readonly<{ kind: 'closed'; why: 'consent-refused' | 'member-erased' }>;

/** A refusal ends it even before an address is known; without an address the word on consent does not matter yet. */
export function reachOf({ isErased, contact, consent }: Reachability): Reach {
  if (isErased) return { kind: 'closed', why: 'member-erased' };
  if (consent === false) return { kind: 'closed', why: 'consent-refused' };
  if (contact === 'unknown') return { kind: 'unknown', missing: 'no-contact' };
  if (contact === 'without-address') return { kind: 'unknown', missing: 'no-address' };
  return consent === null ? { kind: 'unknown', missing: 'no-word-on-consent' } : { kind: 'open' };
}
