import { type Letter, lettersOff } from './dead-letters.js';

const letter = (key: string | null, service = 'ledger'): Letter => ({ service, topic: 'some-topic', key });

describe('dead letters', () => {
  it('must be those of what was poisoned, each as often', () => {
    expect(lettersOff([letter('a'), letter('a'), letter(null)], [letter('a'), letter(null), letter('a')])).toEqual([]);
    expect(lettersOff([letter('a'), letter('a')], [letter('a'), letter('b')])).toEqual([
      'dead letters of some-topic a at ledger: 1 too many',
      'dead letters of some-topic b at ledger: 1 missing',
    ]);
    expect(lettersOff([letter('a', 'campaign')], [letter('a')])).toHaveLength(2);
  });
});
