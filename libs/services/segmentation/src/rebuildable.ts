import type { Rebuildable } from '@tessera/platform-messaging';

/**
 * Facts and members come from the log again. Stays are what was announced, with the dates it was announced with: a rebuild judges them anew by the facts, and
 * leaves those that hold as they are. Who was erased stays erased meanwhile.
 */
export const rebuildable: Rebuildable = {
  empties: ['purchases', 'refunds', 'programs', 'members'],
  keeps: ['segment_definitions', 'segment_definition_versions', 'segment_members', 'erased_members'],
};
