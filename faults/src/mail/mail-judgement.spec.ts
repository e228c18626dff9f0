import { judgeMails, type SentMessage } from './mail-judgement.js';

const sent = (memberId: string, doubts = 0): SentMessage => ({
  memberId,
  state: 'sent',
  reason: null,
  doubts,
  rfcMessageId: `<${memberId}>`,
});
const addressOf = (memberId: string): string => `${memberId}@example.test`;
const received = (copies: Record<string, number>, refused: string[] = []) => ({
  copies: new Map(Object.entries(copies)),
  refused: new Set(refused),
});

describe('the judgement over mails', () => {
  it('holds where each came once, or again by a doubt', () => {
    const owed = new Set(['a']);
    expect(judgeMails([sent('a'), sent('b', 2)], owed, received({ '<a>': 1, '<b>': 3 }), addressOf)).toEqual({
      messages: 2,
      lost: [],
      doubled: 0,
      doubts: 2,
      copies: 2,
    });
  });

  it('counts what came more often than there were doubts, and what nobody meant', () => {
    expect(judgeMails([sent('a', 1)], new Set(), received({ '<a>': 4, '<z>': 1 }), addressOf).doubled).toBe(3);
    const twice = [sent('a'), { ...sent('a'), rfcMessageId: '<second>' }];
    expect(judgeMails(twice, new Set(), received({ '<a>': 1, '<second>': 1 }), addressOf).doubled).toBe(1);
  });

  it('counts as lost what is called sent and never came, what is not ended, and who has nothing', () => {
    const messages = [sent('a'), { ...sent('b'), state: 'waiting', reason: 'consent-unknown' }, sent('c')];
    expect(judgeMails(messages, new Set(['d']), received({ '<c>': 1 }), addressOf).lost).toEqual([
      'a: sent',
      'b: waiting, consent-unknown',
      'd: no message',
    ]);
  });

  it('takes a bounce for an end only where the server did refuse', () => {
    const bounced = { ...sent('a'), state: 'bounced' };
    expect(judgeMails([bounced], new Set(['a']), received({}, ['a@example.test']), addressOf).lost).toEqual([]);
    expect(judgeMails([bounced], new Set(['a']), received({}), addressOf).lost).toEqual(['a: bounced']);
  });
});
