import type { z } from 'zod';
import { issueLines, reason } from './issues.js';

export * from './fields.js';

export type ServiceName = 'membership' | 'ledger' | 'segmentation' | 'recommendation' | 'campaign' | 'collector';

/**
 * By what a repeat is known. A fact is unique for ever by key and own number (`of`); a state carries (epoch, sequence) and its value is
 * the whole state of its key (`of`); a signal is known by (source, id) within a window.
 */
export type Identity<Data> =
  Readonly<{ kind: 'fact' | 'state'; of(data: Data): string }> | Readonly<{ kind: 'signal' }>;

/** How long the log holds the event: for ever, the last of each key, or for so many days. */
export type Keep = 'forever' | 'compacted' | Readonly<{ days: number }>;

export type Parsed<Data> = Readonly<{ ok: true; data: Data }> | Readonly<{ ok: false; issues: string[] }>;

/** Keeps a contract from passing for one of wider data, so that a wrong publish does not compile; any passes for `EventContract`. */
type Exactly<Data> = unknown extends Data ? unknown : (data: Data) => Data;

/** What producer and consumers of one event agree on. */
export interface EventContract<Data = unknown> {
  readonly topic: string;
  readonly version: number;
  /** The one service that publishes it; `collector` stands for all who send from outside. */
  readonly producer: ServiceName;
  readonly identity: Identity<Data>;
  readonly keep: Keep;
  /**
   * 'erases': a null value under a key says that its producer erased it, and has the log drop what it holds of that key. It carries no
   * version, so it does not keep older events out: an event of the erasure (`member.erased`) does. Left out: a null value is a mistake.
   */
  readonly tombstone?: 'erases';
  /** One sentence for the event map. */
  readonly summary: string;
  readonly schema: z.ZodType<Data>;
  /** `urn:tessera:<topic>:<version>`, the CloudEvents attribute of that name. */
  readonly dataschema: string;
  /** Events of one key keep their order. */
  key(data: Data): string;
  /** Validated, normalised data without unknown fields; or one line an issue, which names the field and the reason. Never throws. */
  parse(input: unknown): Parsed<Data>;
  readonly exact?: Exactly<Data>;
}

/** The data of a contract: `EventOf<typeof purchaseCreated>`. */
export type EventOf<Contract> = Contract extends EventContract<infer Data> ? Data : never;

type Definition<Schema extends z.ZodType> = Readonly<{
  topic: string;
  version: number;
  producer: ServiceName;
  summary: string;
  key: (data: z.output<Schema>) => string;
  identity: Identity<z.output<Schema>>;
  keep: Keep;
  tombstone?: 'erases';
  data: Schema;
}>;

/** The only way to declare an event; every field of `data` must be described, with its unit. */
export function defineEvent<Schema extends z.ZodType>(definition: Definition<Schema>): EventContract<z.output<Schema>> {
  const { data: schema, ...rest } = definition;
  const explained = { error: reason };
  return {
    ...rest,
    schema: schema as z.ZodType<z.output<Schema>>,
    dataschema: `urn:tessera:${rest.topic}:${rest.version}`,
    parse(input) {
      const result = schema.safeParse(input, explained);
      return result.success ? { ok: true, data: result.data } : { ok: false, issues: issueLines(result.error) };
    },
  };
}
