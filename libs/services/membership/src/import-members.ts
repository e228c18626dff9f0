import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { memberId } from '@tessera/contracts';
import { RegisterMembers } from './register-members.js';

export const newMember = z.strictObject({ memberId }).meta({ id: 'NewMember' });

/** `known`: was a member already, or stands earlier in the same call. */
export type ImportedItem = Readonly<
  | { index: number; status: 'created' | 'known'; memberId: string }
  | { index: number; status: 'refused'; issues: readonly string[] }
>;

/** Registers many at once. What is wrong with one item is said of that item and keeps no other from being registered. */
@Injectable()
export class ImportMembers {
  constructor(private readonly registerMembers: RegisterMembers) {}

  async run(items: readonly unknown[]): Promise<readonly ImportedItem[]> {
    const read = items.map((item) => newMember.safeParse(item));
    const ids = read.flatMap(({ data }) => (data ? [data.memberId] : []));
    const created = new Set(ids.length > 0 ? await this.registerMembers.all(ids) : []);
    return read.map(({ data, error }, index): ImportedItem => {
      if (!data) return { index, status: 'refused', issues: issuesOf(error) };
      // Deleting tells the first of equal items from those that follow it.
      return { index, status: created.delete(data.memberId) ? 'created' : 'known', memberId: data.memberId };
    });
  }
}

const issuesOf = (error: z.ZodError | undefined): readonly string[] =>
  (error?.issues ?? []).map(({ path, message }) => (path.length > 0 ? `${path.join('.')}: ${message}` : message));
