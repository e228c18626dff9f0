import type { Rebuildable } from '@tessera/platform-messaging';

/** All of it comes from the log again: signals are kept there for 100 days and count for 14. Who was erased stays erased meanwhile. Lists are made for few members at a time, as they cost more. */
export const rebuildable: Rebuildable = {
  empties: [
    'purchases',
    'refunds',
    'programs',
    'members',
    'baskets',
    'basket_items',
    'items',
    'kept_neighbours',
    'catalog_items',
    'signals',
  ],
  keeps: ['erased_members'],
  pageSize: 50,
};
