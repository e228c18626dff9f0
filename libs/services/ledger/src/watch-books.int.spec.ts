import { setTimeout as sleep } from 'node:timers/promises';
import { aPurchaseCreated, testService } from '@tessera/testing';
import { ledger as definition } from './index.js';

describe('watching the books', () => {
  const ledger = testService(definition, { settings: () => ({ booksCheckMs: 20 }) });

  const level = async (name: string): Promise<number | null> => {
    const { body } = await ledger.http('GET', '/../../metrics');
    const [, value] = new RegExp(`^${name}\\{service="ledger"\\} (\\S+)$`, 'm').exec(body) ?? [];
    return value === undefined ? null : Number(value);
  };
  const untilBroken = async (expected: number): Promise<void> => {
    for (let turn = 0; (await level('tessera_ledger_books_broken')) !== expected; turn += 1) {
      if (turn === 200) throw new Error(`${expected} broken rules were not seen`);
      await sleep(25);
    }
  };

  it('shows by itself how many rules are broken, and that they hold again', async () => {
    await ledger.deliver(aPurchaseCreated({ totalMinor: 20_00 }));
    await untilBroken(0);
    expect(await level('tessera_ledger_books_check_age_seconds')).toBeLessThan(30);

    await ledger.sql('UPDATE lots SET posted = posted + 1');
    await untilBroken(2);
    expect(await ledger.sql('SELECT broken FROM books_checked')).toEqual([
      { broken: ['lots-equal-journal', 'wallets-equal-lots'] },
    ]);

    await ledger.sql('UPDATE lots SET posted = posted - 1');
    await untilBroken(0);
  });

  it('says nothing before the first check', async () => {
    await ledger.sql(`UPDATE books_checked SET begun_at = 'infinity'`);
    // One that was under way still writes down what it found.
    for (let turn = 0; (await level('tessera_ledger_books_broken')) !== null; turn += 1) {
      if (turn === 200) throw new Error('something was said');
      await ledger.sql('UPDATE books_checked SET ended_at = NULL, broken = NULL');
      await sleep(25);
    }
    expect(await level('tessera_ledger_books_check_age_seconds')).toBeNull();
  });
});
