import type { Messaging, ParkedFacts } from '@tessera/platform-messaging';
import { ServiceNotStartable } from './errors.js';

type Access = Readonly<{ messaging: Messaging; parked: ParkedFacts | null }>;

/** Messaging needs what a service's module provides, and routes of that module's application need messaging: this ties the two. */
export class MessagingAccess {
  private access: Access | null = null;

  open(access: Access): void {
    this.access = access;
  }

  get current(): Access {
    if (!this.access) throw new ServiceNotStartable('messaging was asked for before it was put together');
    return this.access;
  }
}
