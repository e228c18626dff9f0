import { judgeMessages, type LedgerMessage, type Mail } from './messages.js';

const bounds = { owed: new Set(['A', 'b']), possible: new Set(['A', 'b', 'c']) };
const entry = (memberId: string, more: Partial<LedgerMessage> = {}): LedgerMessage => ({
  memberId,
  state: 'sent',
  doubts: 0,
  rfcMessageId: `<${memberId}>`,
  ...more,
});
const mail = (id: string, copies = 1): Mail => ({
  messageId: `<${id}>`,
  to: `${id.toLowerCase()}@example.test`,
  copies,
});
const none = { missing: 0, doubled: 0, unreached: 0 };

describe('the rule for messages', () => {
  it('holds when all who are owed one have one, and nobody else but who may', () => {
    const messages = { ledger: [entry('A'), entry('b'), entry('c')], mails: [mail('A'), mail('b'), mail('c')] };
    expect(judgeMessages(messages, bounds)).toEqual({
      owed: 2,
      byLedger: none,
      byMailbox: { ...none, undoubted: 0 },
    });
  });

  it.each([
    ['is not there', [entry('b')], { ...none, missing: 1 }],
    ['is not sent', [entry('A', { state: 'undeliverable' }), entry('b')], { ...none, missing: 1 }],
    ['is there twice', [entry('A'), entry('A', { rfcMessageId: '<2>' }), entry('b')], { ...none, doubled: 1 }],
    ['went to somebody else', [entry('A'), entry('b'), entry('d')], { ...none, unreached: 1 }],
  ])('is broken in the ledger when a message %s', (_, ledger, byLedger) => {
    expect(judgeMessages({ ledger, mails: null }, bounds)).toEqual({ owed: 2, byLedger, byMailbox: null });
  });

  it.each([
    ['did not come', [mail('b')], { missing: 1 }],
    ['came under two Message-IDs', [mail('A'), mail('b'), { ...mail('b'), messageId: '<2>' }], { doubled: 1 }],
    ['came to somebody else', [mail('A'), mail('b'), mail('d')], { unreached: 1 }],
    ['came again for no reason', [mail('A', 2), mail('b')], { undoubted: 1 }],
  ])('is broken in the mailbox when a message %s', (_, mails, broken) => {
    const { byLedger, byMailbox } = judgeMessages({ ledger: [entry('A'), entry('b')], mails }, bounds);
    expect([byLedger, byMailbox]).toEqual([none, { ...none, undoubted: 0, ...broken }]);
  });

  it('lets a mail come again as often as nobody knew how an attempt had ended', () => {
    const ledger = [entry('A', { doubts: 2 }), entry('b', { doubts: 1 })];
    const undoubted = (mails: Mail[]) => judgeMessages({ ledger, mails }, bounds).byMailbox?.undoubted;
    expect(undoubted([mail('A', 3), mail('b', 2)])).toBe(0);
    expect(undoubted([mail('A', 4), mail('b', 1)])).toBe(1);
  });
});
