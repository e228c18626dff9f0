import { Handlers } from '@tessera/platform-messaging';
import { z } from 'zod';

/** Which events the handlers of this process fail on: those that carry the mark, or every one, as of a bad release. */
export type Breaking = 'marked' | 'all';

export const handlerVariables = z.object({ FAULT_HANDLERS: z.enum(['marked', 'all']).optional() });

/** The channel of a purchase that is to break its handlers. */
export const BREAKING_CHANNEL = 'breaks-its-handler';

/** Handlers registered from now on throw once they have done all their work, so that there is something to undo. */
export function breakHandlers(breaking: Breaking): void {
  const breaks = (data: unknown): boolean =>
    breaking === 'all' || (data as { channel?: string }).channel === BREAKING_CHANNEL;
  const { register } = Handlers.prototype;
  Handlers.prototype.register = function (contract, handler) {
    register.call(this, contract, async (batch) => {
      await handler(batch);
      if (batch.events.some(({ data }) => breaks(data))) throw new TypeError('a handler that was broken on purpose');
    });
  };
}
