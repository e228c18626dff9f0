import { purchaseCreated } from '@tessera/contracts';
import { type Batch, Handlers } from '@tessera/platform-messaging';
import { BREAKING_CHANNEL, breakHandlers } from './broken-handlers.js';

describe('handlers that are broken', () => {
  const { register } = Handlers.prototype;
  afterEach(() => {
    Handlers.prototype.register = register;
  });

  const handle = async (channel?: string): Promise<string> => {
    const handlers = new Handlers();
    let said = '';
    handlers.register(purchaseCreated, async () => void (said += 'worked'));
    const batch = { events: [{ data: { channel } }] } as unknown as Batch<unknown>;
    await handlers
      .of(purchaseCreated.topic)
      .handler(batch)
      .catch((error: Error) => (said += `, then ${error.name}`));
    return said;
  };

  it('throw after their work on events that carry the mark', async () => {
    breakHandlers('marked');
    expect(await handle('web')).toBe('worked');
    expect(await handle()).toBe('worked');
    expect(await handle(BREAKING_CHANNEL)).toBe('worked, then TypeError');
  });

  it('throw on all of them, as a bad release does', async () => {
    breakHandlers('all');
    expect(await handle('web')).toBe('worked, then TypeError');
  });
});
