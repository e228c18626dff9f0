import fc from 'fast-check';
import { z } from 'zod';
import { contracts } from './catalogue.js';
import { type EventContract, type EventOf } from './define-event.js';
import { encode } from './cloud-events.js';
import { type MemberRegistered, memberRegistered } from './events/member-registered.js';
import { defaultProgram, programPublished } from './events/program-published.js';
import { purchaseRefunded } from './events/purchase-refunded.js';

type Node = { description?: string; properties?: Record<string, Node>; items?: Node; anyOf?: Node[]; oneOf?: Node[] };

/** Paths of all fields below a schema that say nothing of themselves. */
function undescribed(node: Node, path: string): string[] {
  const fields = Object.entries(node.properties ?? {}).flatMap(([field, below]) => [
    ...(below.description ? [] : [`${path}.${field}`]),
    ...undescribed(below, `${path}.${field}`),
  ]);
  const parts = [...(node.items ? [node.items] : []), ...(node.anyOf ?? []), ...(node.oneOf ?? [])];
  return [...fields, ...parts.flatMap((part) => undescribed(part, path))];
}

describe.each(contracts)('$topic', (contract) => {
  it('is named, versioned and summed up', () => {
    expect(contract.topic).toMatch(/^[a-z]+\.[a-z-]+(\.v\d+)?$/);
    expect(contract.dataschema).toBe(`urn:tessera:${contract.topic}:${contract.version}`);
    expect(contract.summary).toMatch(/^[A-Z].*\.$/);
  });

  it('has every field described', () => {
    expect(undescribed(z.toJSONSchema(contract.schema, { io: 'input' }) as Node, contract.topic)).toEqual([]);
  });

  it('refuses whatever is no such event, and never throws', () => {
    fc.assert(fc.property(fc.anything(), (input) => !contract.parse(input).ok));
    expect(contract.parse(null)).toEqual({ ok: false, issues: ['data: must be an object, not null'] });
    expect(contract.parse([])).toEqual({ ok: false, issues: ['data: must be an object, not an array'] });
  });
});

describe('a publish', () => {
  /** Shaped as an outbox is: data and contract must agree. */
  const publish = <Data>(contract: EventContract<Data>, data: readonly Data[]): number =>
    data.map((each) => contract.key(each)).length;
  const at = '2026-03-01T09:30:00.000Z';
  const registered: MemberRegistered = { memberId: 'm', registeredAt: at, epoch: 1, sequence: 1 };
  const attributes = { id: '1', source: 's', time: new Date(at) };

  it('compiles with the data of its contract only', () => {
    publish(memberRegistered, [registered]);
    const member: { memberId: string } = registered;
    // @ts-expect-error fields are missing
    publish(memberRegistered, [member]);
    // @ts-expect-error the data of another contract
    publish(memberRegistered, [defaultProgram('EUR')]);
    // @ts-expect-error a wrong type
    publish(memberRegistered, [{ ...registered, sequence: '1' }]);
    // @ts-expect-error fields are missing
    encode(memberRegistered, member, attributes);
    // @ts-expect-error the data of another contract
    encode(programPublished, registered, attributes);

    const refund = { refundId: 'r', purchaseId: 'p', memberId: 'm', refundedAt: at };
    publish(purchaseRefunded, [{ ...refund, amountMinor: 5 }]);
    // @ts-expect-error no form of refund
    publish(purchaseRefunded, [refund]);
    // @ts-expect-error two forms of refund
    publish(purchaseRefunded, [{ ...refund, whole: true, amountMinor: 5 }]);
    const same: EventOf<typeof memberRegistered> = registered;
    expect(same).toBe(registered);
  });
});
