import { consentChanged, encode } from '@tessera/contracts';
import type { LogRecord } from '@tessera/platform-bus';
import { PublishedAudit } from './published-audit.js';

const AT = '2026-03-02T10:00:00.000Z';

describe('the audit of what was published', () => {
  let audit: PublishedAudit;
  let offset: number;

  beforeEach(() => {
    audit = new PublishedAudit();
    offset = 0;
  });

  const take = (...sequences: readonly number[]): void => {
    for (const sequence of sequences) {
      const data = { memberId: 'm1', epoch: 1, sequence, consents: [], changedAt: AT };
      const encoded = encode(consentChanged, data, { id: `id-${sequence}`, source: 'test', time: new Date(AT) });
      const record = { ...encoded, value: Buffer.from(encoded.value), topic: consentChanged.topic, partition: 0 };
      audit.take(consentChanged, { ...record, offset: (offset += 1), appendedAt: new Date(AT) } satisfies LogRecord);
    }
  };

  it('finds nothing wrong with rows that are published again in their order', () => {
    take(1, 2, 1, 2, 3);
    expect(audit.result()).toMatchObject({ records: 5, repeated: 2, outOfOrder: 0, superseded: 0 });
  });

  it('counts what comes for the first time behind something newer', () => {
    take(1, 3, 2, 4);
    expect(audit.result()).toMatchObject({ repeated: 0, outOfOrder: 1, superseded: 0 });
  });

  it('counts keys whose last record is a repeat of an old one', () => {
    take(1, 2, 3, 2);
    expect(audit.result()).toMatchObject({ repeated: 1, outOfOrder: 0, superseded: 1 });
  });
});
