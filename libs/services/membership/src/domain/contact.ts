/** How a member can be reached. A field that is not there is not known; all are normalised. */
export type Contact = Readonly<{
  name?: string | undefined;
  email?: string | undefined;
  phone?: string | undefined;
  language?: string | undefined;
}>;

export const CONTACT_FIELDS = ['name', 'email', 'phone', 'language'] as const;

export function isSameContact(a: Contact, b: Contact): boolean {
  return CONTACT_FIELDS.every((field) => a[field] === b[field]);
}

/** Which fields are known. */
export function knownFields(contact: Contact): readonly (keyof Contact)[] {
  return CONTACT_FIELDS.filter((field) => contact[field] !== undefined);
}

/** A phone number without what people put between its digits; whether it is one is for its form to say (E.164). */
export function compactPhone(text: string): string {
  return text.replace(/[\s().-]/g, '');
}

/** A BCP 47 tag in its canonical form (`en-gb` is en-GB); undefined for what is none. */
export function canonicalLanguage(text: string): string | undefined {
  try {
    return Intl.getCanonicalLocales(text)[0];
  } catch {
    return undefined;
  }
}
