import type { MessagingAccess } from './messaging-access.js';

/** What time alone has changed but nobody has applied yet. Reads that promise to show it applied ask for that first. */
export class DueExits {
  constructor(private readonly access: MessagingAccess) {}

  /** Refreshes every member that is due now. */
  async apply(): Promise<void> {
    await this.access.current.messaging.refreshLoop?.drain();
  }
}
