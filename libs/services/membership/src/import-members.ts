import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import { MemberErased } from './domain/errors.js';
import { newMember, type ProfileChange, toProfile } from './new-member.js';
import { RegisterMembers } from './register-members.js';

/** `known`: was a member already, or stands earlier in the same call. */
export type ImportedItem = Readonly<
  | { index: number; status: 'created' | 'known'; memberId: string }
  | { index: number; status: 'refused'; memberId?: string; issues: readonly string[] }
>;

/** Registers many at once. What is wrong with one item is said of that item and keeps no other from being registered. */
@Injectable()
export class ImportMembers {
  constructor(private readonly registerMembers: RegisterMembers) {}

  async run(items: readonly unknown[]): Promise<readonly ImportedItem[]> {
    const read = items.map((item) => newMember.safeParse(item));
    const profiles = mergedProfiles(read.flatMap(({ data }) => (data ? [data] : [])));
    const { added, erased } = await this.registerAll(profiles);
    const created = new Set(added);
    return read.map(({ data, error }, index): ImportedItem => {
      if (!data) return { index, status: 'refused', issues: issuesOf(error) };
      const { memberId } = data;
      if (erased.has(memberId)) {
        return { index, status: 'refused', memberId, issues: [`memberId: ${new MemberErased(memberId).message}`] };
      }
      // Deleting tells the first of equal items from those that follow it.
      return { index, status: created.delete(memberId) ? 'created' : 'known', memberId };
    });
  }

  private async registerAll(profiles: ReadonlyMap<string, ProfileChange>) {
    if (profiles.size === 0) return { added: new Set<string>(), erased: new Set<string>() };
    return this.registerMembers.all(profiles);
  }
}

/** What all items of one member say together: the last contact, and the consents in their order. */
function mergedProfiles(items: readonly z.infer<typeof newMember>[]): ReadonlyMap<string, ProfileChange> {
  const profiles = new Map<string, ProfileChange>();
  for (const item of items) {
    const { contact, consents = [] } = toProfile(item);
    const before = profiles.get(item.memberId);
    profiles.set(item.memberId, {
      contact: contact ?? before?.contact,
      consents: [...(before?.consents ?? []), ...consents],
    });
  }
  return profiles;
}

const issuesOf = (error: z.ZodError | undefined): readonly string[] =>
  (error?.issues ?? []).map(({ path, message }) => (path.length > 0 ? `${path.join('.')}: ${message}` : message));
