import { canonicalLanguage, compactPhone, isSameContact, knownFields } from './contact.js';

describe('a contact', () => {
  it('is the same when every field is, however they are ordered or left out', () => {
    expect(isSameContact({ name: 'A', email: 'a@b.test' }, { email: 'a@b.test', name: 'A', phone: undefined })).toBe(
      true,
    );
    expect(isSameContact({ name: 'A' }, { name: 'A', language: 'en' })).toBe(false);
    expect(isSameContact({}, {})).toBe(true);
  });

  it('knows the fields that are there', () => {
    expect(knownFields({ phone: '+4420', name: undefined, email: 'a@b.test' })).toEqual(['email', 'phone']);
  });

  it('has phone numbers without blanks and punctuation', () => {
    expect(compactPhone('+44 (20) 7123-45.67')).toBe('+442071234567');
  });

  it.each([
    ['en-gb', 'en-GB'],
    ['zh-hans-cn', 'zh-Hans-CN'],
    ['DE', 'de'],
    ['english!', undefined],
    ['', undefined],
    ['e', undefined],
  ])('has languages by their tag: %s', (text, tag) => {
    expect(canonicalLanguage(text)).toBe(tag);
  });
});
