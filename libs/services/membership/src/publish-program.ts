import { Injectable } from '@nestjs/common';
import { type ProgramPublished, programPublished } from '@tessera/contracts';
import { Outbox, ReferenceData } from '@tessera/platform-messaging';
import { Programs } from '@tessera/purchases';
import { DataSource } from 'typeorm';
import { ProgramCurrencyFixed, ProgramInvalid, ProgramOutOfOrder, ProgramVersionTaken } from './domain/errors.js';

/** A version to be: without a number it becomes the next one. */
export type ProgramDraft = Omit<ProgramPublished, 'version'> & Readonly<{ version?: number | undefined }>;

export type Published = Readonly<{ program: ProgramPublished; isNew: boolean }>;

/**
 * Publishes a version of the program; all members are then looked at anew in the background. Sent again with its number, a version
 * that stands already is answered as it is. Throws `ProgramInvalid`, `ProgramVersionTaken`, `ProgramCurrencyFixed`, `ProgramOutOfOrder`.
 */
@Injectable()
export class PublishProgram {
  constructor(
    private readonly dataSource: DataSource,
    private readonly referenceData: ReferenceData,
    private readonly programs: Programs,
    private readonly outbox: Outbox,
  ) {}

  async run(draft: ProgramDraft): Promise<Published> {
    const standing = await this.programs.read(this.dataSource.manager);
    const same = standing.find(({ version }) => version === draft.version);
    if (same && isSame(same, validated(draft, same.version))) return { program: same, isNew: false };

    return this.dataSource.transaction(async (tx) => {
      await this.referenceData.change(tx);
      const program = follow(await this.programs.read(tx), draft);
      await this.programs.store(tx, program);
      await this.outbox.add(tx, programPublished, [program]);
      return { program, isNew: true };
    });
  }
}

/** The draft as the version after those that stand, if it may follow them. */
function follow(standing: readonly ProgramPublished[], draft: ProgramDraft): ProgramPublished {
  const last = standing.at(-1);
  const next = (last?.version ?? 0) + 1;
  if (draft.version !== undefined && draft.version !== next) throw new ProgramVersionTaken(draft.version, next);

  const program = validated(draft, next);
  if (last && program.currency !== last.currency) throw new ProgramCurrencyFixed(last.currency, program.currency);
  const earliest = last?.inForceFrom ?? null;
  if (earliest !== null && (program.inForceFrom ?? '') < earliest) throw new ProgramOutOfOrder(earliest);
  return program;
}

function validated(draft: ProgramDraft, version: number): ProgramPublished {
  const parsed = programPublished.parse({ ...draft, version });
  if (!parsed.ok) throw new ProgramInvalid(parsed.issues);
  return parsed.data;
}

/** Both are validated, so their fields are the same; their order may not be. */
function isSame(a: ProgramPublished, b: ProgramPublished): boolean {
  const sorted = (value: unknown): unknown =>
    value && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([x], [y]) => (x < y ? -1 : 1)))
      : value;
  const text = (program: ProgramPublished): string => JSON.stringify(program, (_key, value: unknown) => sorted(value));
  return text(a) === text(b);
}
